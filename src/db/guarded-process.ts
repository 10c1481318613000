import { type ChildProcess, spawn } from 'node:child_process'
import type { PostgresUser } from './postgres-user.ts'

/**
 * Becomes the given program, beside a watcher that ends it when this process is gone, however it went: then
 * descriptor 3 closes. The watcher is forked twice, because PostgreSQL takes a child it does not know for a
 * crashed backend; a line on descriptor 3 tells it that the program has ended by itself.
 */
const script = `
( (
  if read -r _ <&3; then exit; fi
  kill -INT $$
  tries=0
  while [ $tries -lt 100 ]; do
    sleep 0.1
    kill -0 $$ || exit
    tries=$((tries + 1))
  done
  kill -QUIT $$
) </dev/null >/dev/null 2>&1 & )
exec "$@" 3<&-
`

export interface GuardedProcess {
  pid: number
  /** Resolves when it has ended, with its status or the signal that ended it. */
  exited: Promise<string>
  hasExited(): boolean
  kill(signal: NodeJS.Signals): void
}

export interface GuardedProcessOptions {
  command: string
  args: readonly string[]
  cwd: string
  user: PostgresUser | undefined
  /** Where its output goes: an open file. */
  outputFd: number
}

/**
 * Starts a program that lives no longer than this process, in a session of its own: Ctrl-C in a terminal
 * must reach the server, which drains, and not the database below it.
 */
export async function startGuardedProcess(options: GuardedProcessOptions): Promise<GuardedProcess> {
  const child = spawn('/bin/sh', ['-c', script, 'sh', options.command, ...options.args], {
    cwd: options.cwd,
    detached: true,
    // Nothing of the caller's locale or PG… variables may change what PostgreSQL does.
    env: { PATH: '/usr/bin:/bin', LC_ALL: 'C' },
    stdio: ['ignore', options.outputFd, options.outputFd, 'pipe'],
    ...options.user,
  })
  const exited = waitForExit(child)
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve)
    child.once('error', reject)
  })
  return {
    pid: child.pid as number,
    exited,
    hasExited: () => child.exitCode !== null || child.signalCode !== null,
    kill: (signal) => void child.kill(signal),
  }
}

function waitForExit(child: ChildProcess): Promise<string> {
  const lifeline = child.stdio[3]
  lifeline?.on('error', () => undefined)
  return new Promise((resolve) => {
    child.once('exit', (status, signal) => {
      if (lifeline && 'end' in lifeline) lifeline.end('\n')
      resolve(signal ?? `status ${status}`)
    })
  })
}
