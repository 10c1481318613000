import type { Command } from 'commander'
import { collect } from './collect.ts'
import { refuseOptions } from './named-values.ts'

/** From here on an option with one value may come once: the parser would keep the last one without a word. */
export function refuseTwice(command: Command): void {
  for (const option of command.options) {
    if (option.isBoolean() || option.parseArg === collect) continue
    let isGiven = false
    command.on(`option:${option.name()}`, () => {
      if (isGiven) refuseOptions([{ field: `--${option.name()}`, message: 'is given twice; give it once' }])
      isGiven = true
    })
  }
  for (const below of command.commands) refuseTwice(below)
}
