import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

export interface Child {
  process: ChildProcess
  /** The next line of standard output that begins with `prefix`, without it. */
  line(prefix: string): Promise<string>
  /** Resolves with the exit status, or the signal's name. */
  exited: Promise<number | string>
  errors(): string
}

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Options of Node for a process that runs the source, and for the threads that it starts. */
export const runsSource = [
  'tsx',
  fileURLToPath(new URL('typescript-in-threads.mjs', import.meta.url)),
].flatMap((loader) => ['--import', loader])

/** Runs a script of `test/` as a Node process of its own, which a test may kill. */
export function startChild(script: string, argument: object): Child {
  return startNode([...runsSource, `test/${script}`, JSON.stringify(argument)])
}

/** Runs Node in the checkout's directory. */
export function startNode(args: string[], env: NodeJS.ProcessEnv = {}): Child {
  const child = spawn(process.execPath, args, {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const lines: string[] = []
  let partial = ''
  let errors = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    const parts = (partial + chunk).split('\n')
    partial = parts.pop() ?? ''
    lines.push(...parts)
    child.emit('lines')
  })
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    errors += chunk
  })
  const exited = once(child, 'close').then(([status, signal]) => (signal ?? status) as number | string)
  return {
    process: child,
    exited,
    errors: () => errors,
    async line(prefix) {
      for (;;) {
        const index = lines.findIndex((line) => line.startsWith(prefix))
        if (index >= 0) return (lines.splice(index, 1)[0] ?? '').slice(prefix.length)
        const ended = await Promise.race([once(child, 'lines').then(() => undefined), exited])
        if (ended !== undefined && !lines.some((line) => line.startsWith(prefix))) {
          throw new Error(
            `The child ended with ${ended} before it wrote '${prefix}': ${lines.join('; ')} ${errors}`,
          )
        }
      }
    },
  }
}
