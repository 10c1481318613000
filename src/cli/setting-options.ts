import { type Command, Option } from 'commander'
import { configFile, settings } from '../config-settings.ts'
import { collect } from './collect.ts'

export type SettingName = keyof typeof settings

/** Puts settings into a command's options and help, as the one table of them describes them. */
export function addSettings(command: Command, names: readonly SettingName[], group: string): Command {
  for (const name of names) {
    const { flags, text, defaultText, variables } = settings[name]
    if (flags === null) continue
    const option = new Option(flags, `${text} (${variables[0]}; default: ${defaultText})`).helpGroup(group)
    if (name === 'locations') option.argParser(collect)
    command.addOption(option)
  }
  return command.addOption(
    new Option(
      configFile.flags,
      `${configFile.text} (${configFile.variable}; default: ${configFile.defaultText})`,
    ).helpGroup(group),
  )
}
