import { type Command, Option } from 'commander'
import { configFile, type SettingReader, settings } from '../config-settings.ts'
import { collect } from './collect.ts'

/** Puts the settings that a command reads into its options and help, as the one table of them describes them. */
export function addSettings(command: Command, reader: SettingReader | 'doctor', group: string): Command {
  for (const [name, { flags, text, defaultText, variables, readBy }] of Object.entries(settings)) {
    if (flags === null || !(reader === 'doctor' || readBy.includes(reader))) continue
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
