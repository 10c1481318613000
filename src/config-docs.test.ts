import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { configFile, settings } from './config-settings.ts'

const page = readFileSync(new URL('../docs/configuration.md', import.meta.url), 'utf8')

const code = (text: string) => `\`${text.replaceAll('|', '\\|')}\``

it('docs/configuration.md lists exactly the settings that there are', () => {
  const rows = Object.values(settings).map(({ key, flags, variables, text, defaultText, readBy }) =>
    [
      key === null ? '–' : code(key),
      flags === null ? '–' : code(flags),
      variables.map(code).join(', '),
      `${text.charAt(0).toUpperCase()}${text.slice(1)}`,
      defaultText,
      readBy.join(', '),
    ].join(' | '),
  )
  const listed = page
    .split('\n')
    .filter((line) => /^\| [–`]/.test(line))
    .map((line) => line.slice(2, -2))
  expect(listed).toEqual(rows)
})

it('docs/configuration.md names the file, its option and its variable', () => {
  expect(page).toContain(code(configFile.flags))
  expect(page).toContain(code(configFile.variable))
})
