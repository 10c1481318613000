import type { Command } from 'commander'
import { AppError } from '../errors.ts'
import { collect } from './collect.ts'

/** From here on an option with one value may come once: the parser would keep the last one without a word. */
export function refuseTwice(command: Command): void {
  for (const option of command.options) {
    if (option.isBoolean() || option.parseArg === collect) continue
    let isGiven = false
    command.on(`option:${option.name()}`, () => {
      if (isGiven) throw givenTwice(`--${option.name()}`)
      isGiven = true
    })
  }
  for (const below of command.commands) refuseTwice(below)
}

function givenTwice(field: string): AppError {
  const message = 'is given twice; give it once'
  return new AppError('usage', `${field} ${message}`, { details: [{ field, message }] })
}
