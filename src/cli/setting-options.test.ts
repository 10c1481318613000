import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import { expect, it } from 'vitest'
import { makeIo } from '../../test/helpers/cli-io.ts'
import { createProgram } from './program.ts'

const page = readFileSync(new URL('../../docs/configuration.md', import.meta.url), 'utf8')
const documented = page.split('\n').flatMap((line) => {
  const [, option, readBy] = /^\| [^|]+ \| `(--\S+)[^|]*\|.*\| ([^|]+) \|$/.exec(line) ?? []
  return option === undefined || readBy === undefined ? [] : { option, readBy: readBy.split(', ') }
})
const program = createProgram({ io: makeIo().io, env: {}, finish: () => undefined })
const ofMachine = ['serve', 'worker', 'migrate', 'doctor']

it('every command takes exactly the options that docs/configuration.md gives it, and --config', () => {
  expect(documented.length).toBeGreaterThan(10)
  const known = [...documented.map(({ option }) => option), '--config']
  for (const command of leavesOf(program)) {
    const name = command.parent === program && ofMachine.includes(command.name()) ? command.name() : 'client'
    const wanted = documented.filter(({ readBy }) => name === 'doctor' || readBy.includes(name))
    const taken = command.options.flatMap(({ long }) => (known.includes(long ?? '') ? [long] : []))
    expect(taken, command.name()).toEqual([...wanted.map(({ option }) => option), '--config'])
  }
})

function leavesOf(command: Command): Command[] {
  const below = command.commands.flatMap(leavesOf)
  return below.length === 0 || command.registeredArguments.length > 0 ? [command, ...below] : below
}
