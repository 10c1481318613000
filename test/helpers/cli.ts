import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, readFile, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const checkout = fileURLToPath(new URL('../..', import.meta.url))
export const bin = join(checkout, 'bin/waybill.js')
export const nobody = 65534

export interface Ran {
  code: number | null
  out: string
  err: string
}

export interface CliOptions {
  /** Beside a bare environment: nothing of this process's own settings reaches the command. */
  env?: Record<string, string>
  input?: string
  cwd?: string
  /** Started by root, who gives up being root. Needs mounts: nobody may be kept from reaching the checkout itself. */
  asNobody?: boolean
}

export interface StartedCli {
  child: ChildProcess
  /** What it has printed so far. */
  ran: Ran
  /** The exit code, once it has ended. */
  ended: Promise<number | null>
  /** Its standard output once that matches. Rejects with what it said when it ends before. */
  untilPrinted(pattern: RegExp): Promise<string>
}

/** Starts the real executable. */
export function startCli(args: string[], { env = {}, cwd, asNobody = false }: CliOptions = {}): StartedCli {
  const [command, prefix] = asNobody ? nobodysNode() : [process.execPath, [bin]]
  const child = spawn(command, [...prefix, ...args], {
    env: { PATH: process.env.PATH, HOME: tmpdir(), ...env },
    ...(cwd === undefined ? {} : { cwd }),
  })
  const ran: Ran = { code: null, out: '', err: '' }
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    ran.out += chunk
  })
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    ran.err += chunk
  })
  child.stdin.on('error', () => undefined)
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  return {
    child,
    ran,
    ended,
    async untilPrinted(pattern) {
      const printed = new Promise<string>((resolve) => {
        const look = () => pattern.test(ran.out) && resolve(ran.out)
        child.stdout.on('data', look)
        look()
      })
      const failed = ended.then((code): never => {
        throw new Error(`waybill ${args[0]} ended with ${code}: ${ran.err}`)
      })
      return await Promise.race([printed, failed])
    },
  }
}

/** The checkout and Node are mounted where nobody may go, in a mount namespace that ends with the command. */
function nobodysNode(): [string, string[]] {
  const script = `
    mount -t tmpfs -o mode=755 tmpfs /mnt && mkdir /mnt/checkout && touch /mnt/node &&
    mount --bind "$1" /mnt/checkout && mount --bind "$2" /mnt/node && shift 2 &&
    exec setpriv --reuid=${nobody} --regid=${nobody} --clear-groups /mnt/node /mnt/checkout/bin/waybill.js "$@"`
  return ['unshare', ['--mount', '/bin/sh', '-c', script, 'sh', checkout, process.execPath]]
}

/** Runs the real executable until it ends. */
export async function runCli(args: string[], options: CliOptions = {}): Promise<Ran> {
  const { child, ran, ended } = startCli(args, options)
  child.stdin?.end(options.input ?? '')
  ran.code = await ended
  return ran
}

export interface ServedCli {
  url: string
  dataDir: string
  /** What it printed up to `ready`. */
  greeting: string
  /** A command on the same data directory. */
  run(args: string[], options?: CliOptions): Promise<Ran>
  signal(name: NodeJS.Signals): void
  /** The exit code, once it has ended. */
  ended: Promise<number | null>
  /** Ends it and removes its data directory. */
  stop(): Promise<void>
}

/** `waybill serve` on a data directory and a port of its own. Rejects with what it said when it does not start. */
export async function serveCli(args: string[] = [], options: CliOptions & { dataDir?: string } = {}) {
  const dataDir = options.dataDir ?? (await realpath(await mkdtemp(join(tmpdir(), 'waybill-cli-'))))
  const settings = ['--port', '0', '--data-dir', dataDir, '--log-level', 'warn']
  const { child, ended, untilPrinted } = startCli(['serve', ...settings, ...args], options)
  const greeting = await untilPrinted(/^ready \S+$/m)
  const served: ServedCli = {
    url: /^ready (\S+)$/m.exec(greeting)?.[1] ?? '',
    dataDir,
    greeting,
    run: (command, given = {}) =>
      runCli(command, { ...given, env: { WAYBILL_DATA_DIR: dataDir, ...given.env } }),
    signal: (name) => child.kill(name),
    ended,
    async stop() {
      child.kill('SIGTERM')
      await ended
      await rm(dataDir, { recursive: true, force: true })
    },
  }
  return served
}

export async function readServerFile(dataDir: string): Promise<unknown> {
  return JSON.parse(await readFile(join(dataDir, 'server.json'), 'utf8'))
}
