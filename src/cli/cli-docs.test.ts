import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import { expect, it } from 'vitest'
import { makeIo } from '../../test/helpers/cli-io.ts'
import { errorTable } from '../errors.ts'
import { createProgram } from './program.ts'

const page = readFileSync(new URL('../../docs/cli.md', import.meta.url), 'utf8')
const tableRows = (pattern: RegExp) => page.split('\n').filter((line) => pattern.test(line))

it('docs/cli.md lists exactly the commands that there are', () => {
  const program = createProgram({ io: makeIo().io, env: {}, finish: () => undefined })
  expect(tableRows(/^\| `waybill /)).toEqual(leavesOf(program, []).map(rowOf))
})

it('docs/cli.md names every exit code', () => {
  const codes = new Set([0, ...Object.values(errorTable).map(({ exit }) => exit)])
  const listed = tableRows(/^\| \d+ \|/).map((line) => Number(line.split('|')[1]))
  expect(listed).toEqual([...codes].sort((a, b) => a - b))
})

interface Leaf {
  path: string[]
  command: Command
}

function leavesOf(command: Command, above: string[]): Leaf[] {
  const path = [...above, command.name()]
  const below = command.commands.flatMap((child) => leavesOf(child, path))
  const doesSomething = below.length === 0 || command.registeredArguments.length > 0
  return doesSomething ? [{ path, command }, ...below] : below
}

function rowOf({ path, command }: Leaf): string {
  const subjects = command.registeredArguments.map(
    (argument) => `<${argument.name()}${argument.variadic ? '...' : ''}>`,
  )
  const usage = [...path, ...subjects].join(' ').replaceAll('|', '\\|')
  return `| \`${usage}\` | ${command.description()} |`
}
