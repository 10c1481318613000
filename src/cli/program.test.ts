import { Command } from 'commander'
import { describe, expect, it } from 'vitest'
import { makeIo } from '../../test/helpers/cli-io.ts'
import { addFileFind, type FileFindOptions } from './file/find.ts'
import { addFileVerify } from './file/verify.ts'
import type { CliContext } from './io.ts'
import { createProgram } from './program.ts'
import { runCli } from './run-cli.ts'

function makeContext() {
  const streams = makeIo()
  const context: CliContext = { io: streams.io, env: {}, finish: () => undefined }
  return { ...streams, context }
}

const makeParent = () => new Command('test').enablePositionalOptions().exitOverride()

describe('the parser', () => {
  it('reads the filters of file find', async () => {
    let found: FileFindOptions | undefined
    const parent = makeParent()
    addFileFind(parent, makeContext().context, async (_context, options) => {
      found = options
    })
    const args = ['find', '--path-prefix', '/a', '--state', 'gone', '--limit', '10', '--json']
    await parent.parseAsync(args, { from: 'user' })
    expect(found).toEqual({ pathPrefix: '/a', state: 'gone', limit: 10, json: true })
  })

  it('takes what follows -- for a path', async () => {
    let verified: string[] = []
    const parent = makeParent()
    addFileVerify(parent, makeContext().context, async (_context, targets) => {
      verified = targets
    })
    await parent.parseAsync(['verify', '--quiet', '--', '-odd', '/b'], { from: 'user' })
    expect(verified).toEqual(['-odd', '/b'])
  })

  it.each([
    [['file', 'find', '--limit', '0'], 'whole number from 1 to 1000'],
    [['file', 'find', '--state', 'lost'], 'Allowed choices are declared'],
    [['file', 'vrify', '1'], 'Did you mean verify?'],
    [['fil'], 'Did you mean file?'],
    [['file', 'find', '--nam', 'x'], 'Did you mean --name?'],
    [['file', 'show'], "Missing required argument 'id|path'"],
    [['file'], 'A command is missing'],
    [['admin', 'project', 'create', 'a', 'b'], 'Too many arguments'],
  ])('refuses %j and says what it takes', async (args, words) => {
    const { io, out, err } = makeIo()
    expect(await runCli(args, io, {})).toBe(2)
    expect(err()).toContain(words)
    expect(out()).toBe('')
  })
})

describe('an option with one value', () => {
  const program = createProgram(makeContext().context)
  const single = leavesOf(program, []).flatMap(({ path, command }) =>
    command.options
      .filter((option) => !option.isBoolean() && !option.description.includes('repeatable'))
      .map((option) => ({ path, flag: option.long ?? '', value: option.argChoices?.[0] ?? '1' })),
  )

  it('is refused by every command where it is given twice', async () => {
    expect(single.length).toBeGreaterThan(100)
    for (const { path, flag, value } of single) {
      const { io, err } = makeIo()
      const code = await runCli([...path, flag, value, `${flag}=${value}`], io, {})
      expect([path, code, err()]).toEqual([path, 2, `waybill: ${flag} is given twice; give it once\n`])
    }
  })
})

describe('the help', () => {
  it('of every command says what it does and what each of its options is for', () => {
    for (const command of allCommands(createProgram(makeContext().context))) {
      expect(command.description(), command.name()).not.toBe('')
      for (const option of command.options) expect(option.description, option.flags).not.toBe('')
      for (const argument of command.registeredArguments) expect(argument.description).not.toBe('')
    }
  })

  it('goes to standard output and ends well', async () => {
    for (const args of [['--help'], ['file', 'get', '--help'], ['help', 'file'], ['--version']]) {
      const { io, out, err } = makeIo()
      expect(await runCli(args, io, {})).toBe(0)
      expect(out()).toMatch(/Usage|^\d+\.\d+\.\d+/)
      expect(err()).toBe('')
    }
  })

  it('offers --json on every command that answers', () => {
    const silent = ['serve', 'worker']
    const leaves = allCommands(createProgram(makeContext().context)).filter(
      (command) => command.commands.length === 0,
    )
    const without = leaves.filter((command) => !command.options.some((option) => option.long === '--json'))
    expect(without.map((command) => command.name())).toEqual(silent)
  })
})

function leavesOf(command: Command, above: string[]): { path: string[]; command: Command }[] {
  const below = command.commands.flatMap((child) => leavesOf(child, [...above, child.name()]))
  return below.length > 0 && command.registeredArguments.length === 0
    ? below
    : [{ path: above, command }, ...below]
}

function allCommands(command: Command): Command[] {
  return [command, ...command.commands.flatMap(allCommands)]
}
