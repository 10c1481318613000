import { type ChildProcess, execFile as execFileWithCallback, spawn } from 'node:child_process'
import { mkdtemp, readFile, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const execFile = promisify(execFileWithCallback)

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
  /** Another copy of Waybill and Node, run as another user. */
  asNobody?: NobodysCopy
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
export function startCli(args: string[], { env = {}, cwd, asNobody }: CliOptions = {}): StartedCli {
  const child = spawn(asNobody?.node ?? process.execPath, [asNobody?.bin ?? bin, ...args], {
    env: { PATH: process.env.PATH, HOME: tmpdir(), ...env },
    ...(cwd === undefined ? {} : { cwd }),
    ...(asNobody === undefined ? {} : { uid: nobody, gid: nobody }),
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

export interface NobodysCopy {
  node: string
  bin: string
  remove(): Promise<void>
}

/** Copied by root to where nobody may read it, whatever the modes and the place of the checkout. */
export async function copyForNobody(): Promise<NobodysCopy> {
  const folder = await mkdtemp(join(tmpdir(), 'waybill-nobody-'))
  const parts = ['bin', 'dist', 'migrations', 'node_modules', 'package.json'].map((part) =>
    join(checkout, part),
  )
  await execFile('cp', ['-r', ...parts, process.execPath, folder])
  await execFile('chmod', ['-R', 'a+rX', folder])
  return {
    node: join(folder, basename(process.execPath)),
    bin: join(folder, 'bin/waybill.js'),
    remove: () => rm(folder, { recursive: true, force: true }),
  }
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
