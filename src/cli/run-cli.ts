import { CommanderError } from 'commander'
import { AppError, errorTable } from '../errors.ts'
import { exitCode } from './exit-code.ts'
import type { CliIo } from './io.ts'
import { appErrorFrom, printError } from './print-error.ts'
import { createProgram } from './program.ts'

/** Runs one command line and answers its exit code. Nothing else of the CLI ends the process. */
export async function runCli(args: readonly string[], io: CliIo, env?: NodeJS.ProcessEnv): Promise<number> {
  let code: number = exitCode.ok
  const finish = (given: number) => {
    code = given
  }
  const json = args.includes('--json')
  try {
    await createProgram({ io, env, finish }).parseAsync([...args], { from: 'user' })
    return code
  } catch (error) {
    if (error instanceof CommanderError && isAnswer(error)) return exitCode.ok
    const appError = error instanceof CommanderError ? usageError(error) : appErrorFrom(error)
    printError(io, appError, json)
    if (error instanceof CommanderError && !json) io.err.write('Add --help to see what the command takes\n')
    return errorTable[appError.code].exit
  }
}

/** Commander throws where help or the version was asked for and printed. */
function isAnswer(error: CommanderError): boolean {
  return error.exitCode === 0
}

/** `error: unknown command 'fnd'\n(Did you mean find?)` as a sentence. */
function usageError(error: CommanderError): AppError {
  const [first = '', ...rest] = error.message.replace(/^error: /, '').split('\n')
  const hint = rest.join(' ').replace(/^\((.*)\)$/, '$1')
  const inWords = first.replace(
    /^command-argument value '(.*)' is invalid for argument '(.*)'/s,
    "'$1' is no $2",
  )
  const sentence = `${inWords.charAt(0).toUpperCase()}${inWords.slice(1)}`
  if (error.code === 'commander.help') return new AppError('usage', 'A command is missing')
  return new AppError('usage', hint === '' ? sentence : `${sentence}. ${hint}`)
}
