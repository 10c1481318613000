import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bin, runCli, type ServedCli, serveCli } from '../helpers/cli.ts'

let served: ServedCli
let shared: string
let downloads: string
beforeAll(async () => {
  shared = await realpath(await mkdtemp(join(tmpdir(), 'waybill-shared-')))
  downloads = await mkdtemp(join(tmpdir(), 'waybill-downloads-'))
  await writeFile(join(shared, 'pvt_table.tab'), 'PVTTABLE LABEL="x"\n')
  await writeFile(join(shared, 'Übung 表.csv'), 'a,b\n1,2\n')
  served = await serveCli(['--location', shared])
})
afterAll(async () => {
  await served.stop()
  await rm(shared, { recursive: true })
  await rm(downloads, { recursive: true })
})

const inShared = (name: string) => join(shared, name)

describe('files', () => {
  it('are verified by path and by number, and what is missing ends with 1', async () => {
    const first = await served.run(['file', 'verify', inShared('pvt_table.tab'), inShared('Übung 表.csv')])
    expect(first).toMatchObject({ code: 0, err: '' })
    expect(first.out).toContain('2 files: 2 verified')
    const second = await served.run(['file', 'verify', '1', inShared('nowhere.tab')])
    expect(second.code).toBe(1)
    expect(second.out).toMatch(/missing .+ \S+nowhere\.tab +There is no file at this path/)
    expect(second.out).toContain('2 files: 1 verified, 1 missing')
  })

  it('are verified as a list on standard input', async () => {
    const input = `${inShared('pvt_table.tab')}\n${inShared('nowhere.tab')}\n`
    const ran = await served.run(['file', 'verify', '--quiet', '--json', '-'], { input })
    expect(ran.code).toBe(1)
    expect(JSON.parse(ran.out).items.map((file: { state: string }) => file.state)).toEqual([
      'verified',
      'missing',
    ])
  })

  it('are found, by people and by programs', async () => {
    const people = await served.run(['file', 'find', '--path-prefix', `${shared}/`])
    expect(people.out.split('\n')[0]).toMatch(/^ *ID +STATE +SIZE +CHECKSUM +LOOKED +PATH$/)
    expect(people.out).not.toContain('\u001b')
    const programs = await served.run(['file', 'find', '--name', 'pvt_table.tab', '--json'])
    expect(JSON.parse(programs.out)).toMatchObject({
      items: [{ path: inShared('pvt_table.tab'), state: 'verified', size: 19 }],
      next_cursor: null,
    })
  })

  it('come page by page, or all of them', async () => {
    const one = await served.run(['file', 'find', '--limit', '1'])
    expect(one.err).toMatch(/^There are more: add --cursor \S+, or --all\n$/)
    const all = await served.run(['file', 'find', '--limit', '1', '--all', '--json'])
    expect(JSON.parse(all.out).items.length).toBeGreaterThan(2)
    const table = await served.run(['file', 'find', '--limit', '1', '--all'])
    expect(table.out.match(/CHECKSUM/g)).toHaveLength(1)
  })

  it('are shown by number and by path', async () => {
    const byPath = await served.run(['file', 'show', inShared('pvt_table.tab'), '--json'])
    const file = JSON.parse(byPath.out)
    expect(file).toMatchObject({ basename: 'pvt_table.tab', versions: [{ version: 1 }] })
    expect((await served.run(['file', 'show', String(file.id), '--json'])).out).toBe(byPath.out)
    expect((await served.run(['file', 'show', String(file.id)])).out).toContain('Versions\n')
  })

  it('are downloaded under their own name, once', async () => {
    const get = () => served.run(['file', 'get', inShared('Übung 表.csv')], { cwd: downloads })
    expect(await get()).toMatchObject({ code: 0, err: '' })
    expect(await readFile(join(downloads, 'Übung 表.csv'), 'utf8')).toBe('a,b\n1,2\n')
    const again = await get()
    expect(again.code).toBe(2)
    expect(again.err).toContain('is there already; add --force')
    expect(await readdir(downloads)).toEqual(['Übung 表.csv'])
  })

  it('go to standard output alone where that is asked for', async () => {
    const ran = await served.run(['file', 'get', inShared('pvt_table.tab'), '-o', '-'])
    expect(ran).toMatchObject({ code: 0, out: 'PVTTABLE LABEL="x"\n' })
    expect(ran.err).toContain('as the ledger recorded')
  })

  it('that are not as recorded are not kept', async () => {
    await writeFile(inShared('drift.tab'), 'one')
    await served.run(['file', 'verify', inShared('drift.tab')])
    await writeFile(inShared('drift.tab'), 'two')
    const ran = await served.run(['file', 'get', inShared('drift.tab'), '--json'], { cwd: downloads })
    expect(ran.code).toBe(1)
    expect(JSON.parse(ran.err)).toMatchObject({ code: 'differs', details: [{ field: 'file_checksum' }] })
    expect(await readdir(downloads)).not.toContain('drift.tab')
  })

  it('are not found where the ledger has none', async () => {
    expect(await served.run(['file', 'show', '999999', '--json'])).toMatchObject({ code: 5, out: '' })
    const ran = await served.run(['file', 'get', '/nowhere/at/all'])
    expect(ran).toMatchObject({ code: 5, out: '' })
    expect(ran.err).toContain('The ledger has no file at "/nowhere/at/all"')
  })

  it('in a pipe that closes early end the command without a word', async () => {
    const listing = Array.from({ length: 3000 }, (_, index) => inShared(`many-${index}.tab`)).join('\n')
    await served.run(['file', 'verify', '-'], { input: listing })
    const script = `"${process.execPath}" "${bin}" file find --all | head -1`
    const shell = spawn('bash', ['--norc', '-o', 'pipefail', '-c', script], {
      env: { PATH: process.env.PATH, WAYBILL_DATA_DIR: served.dataDir },
    })
    let err = ''
    shell.stderr.on('data', (chunk) => {
      err += chunk
    })
    expect(await new Promise((resolve) => shell.once('close', resolve))).toBe(0)
    expect(err).toBe('')
  })
})

describe('administration', () => {
  it('makes, lists, shows, changes and deletes by number and by name', async () => {
    const made = await served.run(['admin', 'project', 'create', 'North Sea', '--description', 'x', '--json'])
    expect(made.code).toBe(0)
    const { id } = JSON.parse(made.out)
    expect((await served.run(['admin', 'project', 'list'])).out).toContain('North Sea')
    const changed = await served.run(['admin', 'project', 'update', 'North Sea', '--name', 'South', '--json'])
    expect(JSON.parse(changed.out)).toMatchObject({ id, name: 'South', description: 'x' })
    expect((await served.run(['admin', 'project', 'show', 'South'])).out).toMatch(/^name +South$/m)
    expect(await served.run(['admin', 'project', 'delete', 'South'])).toMatchObject({
      code: 0,
      out: `Deleted project ${id}\n`,
    })
    expect((await served.run(['admin', 'project', 'show', 'South'])).code).toBe(5)
  })

  it.each([
    ['member', 'Ada', ['--role', 'author']],
    ['priority', 'urgent', []],
    ['engine', 'cluster', ['--kind', 'slurm']],
    ['solver-version', '2025.1', []],
    ['org', 'Other Org', ['--slug', 'other']],
  ])('knows %s', async (noun, name, options) => {
    const made = await served.run(['admin', noun, 'create', name, ...options, '--json'])
    expect(made).toMatchObject({ code: 0, err: '' })
    expect(JSON.parse(made.out)).toMatchObject({ name })
    expect((await served.run(['admin', noun, 'list'])).out).toContain(name)
  })

  it('names a clash', async () => {
    await served.run(['admin', 'project', 'create', 'Twice'])
    expect((await served.run(['admin', 'project', 'create', 'Twice', '--json'])).code).toBe(2)
  })

  it('makes a location that files are then verified in', async () => {
    const root = await realpath(await mkdtemp(join(tmpdir(), 'waybill-root-')))
    await mkdir(join(root, 'sub'))
    await writeFile(join(root, 'sub', 'a.tab'), 'x')
    expect((await served.run(['admin', 'location', 'create', root, '--name', 'More'])).code).toBe(0)
    expect((await served.run(['file', 'verify', join(root, 'sub', 'a.tab')])).code).toBe(0)
    await rm(root, { recursive: true })
  })

  it('lists who wrote what', async () => {
    const { out } = await served.run(['admin', 'audit', '--action', 'file.verify', '--json'])
    expect(JSON.parse(out).items[0]).toMatchObject({ action: 'file.verify' })
  })
})

describe('tokens', () => {
  it('are made once, used, listed without their secret, and revoked', async () => {
    const made = await served.run(['token', 'create', 'nightly', '--role', 'reader'])
    expect(made.code).toBe(0)
    expect(made.err).toContain('only time')
    const token = made.out.trim()
    const elsewhere = await mkdtemp(join(tmpdir(), 'waybill-elsewhere-'))
    const asReader = (args: string[]) =>
      runCli(args, { env: { WAYBILL_URL: served.url, WAYBILL_TOKEN: token, WAYBILL_DATA_DIR: elsewhere } })
    expect((await asReader(['file', 'find'])).code).toBe(0)
    const forbidden = await asReader(['file', 'verify', '1', '--json'])
    expect(forbidden.code).toBe(4)
    expect(JSON.parse(forbidden.err)).toMatchObject({ code: 'forbidden' })

    const listed = await served.run(['token', 'list', '--json'])
    expect(listed.out).not.toContain(token)
    const { id } = JSON.parse(listed.out).items.find((item: { name: string }) => item.name === 'nightly')
    expect((await served.run(['token', 'revoke', String(id)])).code).toBe(0)
    expect((await asReader(['file', 'find'])).code).toBe(4)
    await rm(elsewhere, { recursive: true })
  })

  it('come from a file before a variable', async () => {
    const file = join(downloads, 'bad.token')
    await writeFile(file, 'wb_wrong\n')
    expect((await served.run(['file', 'find', '--token-file', file])).code).toBe(4)
  })
})

describe('jobs', () => {
  const job = (path: string) => ({
    job: { description: 'From the CLI', project_name: 'CLI', olga_version: '7.3.5' },
    casefiles: [{ file_name: 'a.olga', path, aux_files: [{ file_name: 'p.tab', path: '/shared/p.tab' }] }],
  })

  it('are submitted from a file or standard input, and shown', async () => {
    const from = join(downloads, 'job.json')
    await writeFile(from, JSON.stringify(job('/shared/a.olga')))
    const made = await served.run(['job', 'submit', '--from', from, '--json'])
    expect(made.code).toBe(0)
    const shown = await served.run(['job', 'show', String(JSON.parse(made.out).id)])
    expect(shown.out).toMatch(/ {2}input +- +p\.tab +\/shared\/p\.tab/)
    const input = JSON.stringify(job('/shared/b.olga'))
    expect((await served.run(['job', 'submit', '--from', '-'], { input })).code).toBe(0)
  })

  it('are refused with every fault on a line of its own', async () => {
    const ran = await served.run(['job', 'submit', '--from', '-'], { input: JSON.stringify(job('relative')) })
    expect(ran.code).toBe(2)
    expect(ran.err).toMatch(/^waybill: .+\n {2}casefiles\[0\]\.path: .+\n/)
    expect((await served.run(['job', 'submit', '--from', '-'], { input: '{' })).code).toBe(2)
  })
})
