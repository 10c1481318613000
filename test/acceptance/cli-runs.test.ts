import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type ServedCli, type StartedCli, serveCli, startCli } from '../helpers/cli.ts'
import { weatherFile } from '../helpers/file-contents.ts'

let served: ServedCli
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'waybill-model-'))
  await writeFile(join(folder, 'model.json'), '{"Building": {}}')
  await writeFile(join(folder, 'table.csv'), 'a,b\n1,2\n')
  await writeFile(join(folder, 'ragged.csv'), 'a,b\n1\n')
  await writeFile(join(folder, 'odd "name".csv'), 'a;b\n')
  await writeFile(join(folder, 'large.csv'), 'a,b\n'.repeat(500_000))
  served = await serveCli()
  const body = {
    ...{ name: 'Table Check', primary_file_types: ['json'], steps: [{ validator: 'csv' }] },
    auxiliary_file_slots: [
      { slug: 'table', label: 'The table', allowed_file_types: ['csv'], max_size_bytes: 1_048_576 },
    ],
  }
  await served.run(['workflow', 'create', '--from', '-'], { input: JSON.stringify(body) })
})
afterAll(async () => {
  await served.stop()
  await rm(folder, { recursive: true })
})

const run = (...args: string[]) => served.run(['run', ...args], { cwd: folder })
const launch = (...args: string[]) => run('table-check', '--file', 'model.json', ...args)

it('a workflow is launched on files, once for a key, listed, shown and canceled', async () => {
  const args = ['--aux', 'table=table.csv', '--name', 'Monday', '--metadata', 'project=north']
  const ran = await launch(...args, '--idempotency-key', 'one')
  expect(ran).toMatchObject({ code: 0, err: '' })
  expect(ran.out).toMatch(/^workflow +table-check, version 1$/m)
  expect(ran.out).toMatch(/^metadata +\{"project":"north"\}$/m)
  expect(ran.out).toMatch(/^primary +model\.json +16 B/m)
  expect(ran.out).toMatch(/^table +table\.csv +8 B/m)
  expect((await launch(...args, '--idempotency-key', 'one')).out).toBe(ran.out)
  const id = /^id +(\d+)$/m.exec(ran.out)?.[1] ?? ''
  expect((await run('show', id)).out).toBe(ran.out)
  expect((await run('list', '--state', 'queued')).out).toMatch(
    /queued +table-check +Monday +model\.json, table\.csv/,
  )
  expect((await run('cancel', id)).out).toMatch(/^state +canceled$/m)
  expect(JSON.parse((await run('show', id, '--json')).out)).toMatchObject({ state: 'canceled' })
})

it('names come as they are', async () => {
  const ran = await launch('--aux', 'table=odd "name".csv', '--json')
  expect(JSON.parse(ran.out).files[1]).toMatchObject({ original_filename: 'odd "name".csv', slot: 'table' })
})

it('what the workflow does not ask for is told before a byte is sent', async () => {
  const ran = await run('table-check', '--file', 'table.csv', '--aux', 'tabel=table.csv', '--aux', 'nothing')
  expect(ran).toMatchObject({ code: 2, out: '' })
  expect(ran.err).toContain('--file: names "table.csv"; allowed are files of json')
  expect(ran.err).toContain('--aux tabel: is no slot of the workflow; it has table')
  expect(ran.err).toContain('--aux table: is needed: The table')
  expect(ran.err).toContain('has no name; write SLOT=FILE')
  expect((await launch('--aux', 'table=large.csv')).err).toContain("over the slot's limit of 1.0 MB")
  expect((await launch('--aux', 'table=none.csv')).err).toContain('cannot be read')
  expect((await run('nowhere', '--file', 'model.json')).code).toBe(5)
  const metadata = ['--metadata', 'nokey', '--metadata', 'a=1', '--metadata', 'a=2']
  const all = (await run('table-check', ...metadata, '--aux', 'table=-')).err
  expect(all).toContain('--file: is needed: the primary file')
  expect(all).toContain('--aux table: is standard input, which is not read here')
  expect(all).toContain('--metadata "nokey": has no name; write NAME=TEXT')
  expect(all).toContain('--metadata "a": is given twice')
  expect((await run('..', '--file', 'model.json')).err).toContain('".." cannot be the name of a workflow')
})

it('a workflow whose slug is a command below "run" is launched by its number', async () => {
  const body = JSON.stringify({ name: 'list', steps: [{ validator: 'csv' }] })
  await writeFile(join(folder, 'list-workflow.json'), `\ufeff${body}`)
  const made = await served.run(['workflow', 'create', '--from', 'list-workflow.json', '--json'], {
    cwd: folder,
  })
  const { id, slug } = JSON.parse(made.out)
  expect(slug).toBe('list')
  expect((await run(`${id}`, '--file', 'model.json')).out).toMatch(/^workflow +list, version 1$/m)
})

it('what the server refuses is told with its part and line', async () => {
  const ran = await launch('--aux', 'table=ragged.csv')
  expect(ran).toMatchObject({ code: 2, out: '' })
  expect(ran.err).toMatch(/aux_table.*line 2/s)
})

const watchOne = (...options: string[]) => {
  const args = [
    'run',
    'table-check',
    '--file',
    'model.json',
    '--aux',
    'table=table.csv',
    '--watch',
    ...options,
  ]
  return startCli(args, { cwd: folder, env: { WAYBILL_DATA_DIR: served.dataDir } })
}
const acceptedId = async ({ ran }: StartedCli) => {
  await expect.poll(() => ran.err, { timeout: 20_000 }).toMatch(/^Run \d+ is accepted$/m)
  return /^Run (\d+) is accepted$/m.exec(ran.err)?.[1] ?? ''
}

it('a run is watched until it has ended', async () => {
  const watch = watchOne()
  await run('cancel', await acceptedId(watch))
  expect(await watch.ended).toBe(1)
  expect(watch.ran.out).toMatch(/^state +canceled$/m)
})

it('a watch that is interrupted says which run goes on', async () => {
  const watch = watchOne()
  const id = await acceptedId(watch)
  watch.child.kill('SIGINT')
  expect(await watch.ended).toBe(130)
  expect(watch.ran.err).toContain(`waybill: Interrupted; run ${id} goes on: waybill run show ${id}\n`)
  const forPrograms = watchOne('--json')
  const next = await acceptedId(forPrograms)
  forPrograms.child.kill('SIGTERM')
  expect(await forPrograms.ended).toBe(130)
  expect(forPrograms.ran.out).toBe('')
  expect(JSON.parse(forPrograms.ran.err.split('\n')[1] ?? '')).toEqual({
    error: `Interrupted; run ${next} goes on: waybill run show ${next}`,
    code: 'interrupted',
    details: [],
  })
})

it('the library takes files, names who uses them, and keeps what is used', async () => {
  const library = (...args: string[]) => served.run(['library', ...args], { cwd: folder })
  const put = await library('put', 'table.csv', '--name', 'schema.json')
  expect(put.code).toBe(2)
  await writeFile(join(folder, 'schema.json'), '{"type": "object"}')
  expect((await library('put', 'schema.json')).out).toMatch(/^version +1$/m)
  await writeFile(join(folder, 'schema.json'), '{"type": "array"}')
  expect((await library('put', 'schema.json')).out).toMatch(/^version +2$/m)
  const workflow = {
    name: 'Schema',
    steps: [{ validator: 'json-schema', config: { schema: 'schema.json' } }],
  }
  const made = await served.run(['workflow', 'create', '--from', '-', '--json'], {
    input: JSON.stringify(workflow),
  })
  expect(JSON.parse(made.out).warnings).toEqual([])
  expect((await library('list')).out).toMatch(/^schema\.json +2 .* schema$/m)
  expect(await library('rm', 'schema.json')).toMatchObject({
    code: 2,
    err: expect.stringContaining('schema'),
  })
  await writeFile(join(folder, 'site.epw'), `\ufeff${weatherFile()}`)
  const remarked = await library('put', 'site.epw', '--name', 'chicago.epw')
  expect(remarked).toMatchObject({ code: 0, err: '' })
  expect(remarked.out).toMatch(/^version +1$/m)
  expect(remarked.out).toMatch(
    /^Findings\nSEVERITY +FILE +LINE +FINDING\nwarning +chicago\.epw +begins with a/m,
  )
  const json = JSON.parse((await library('put', 'site.epw', '--name', 'chicago.epw', '--json')).out)
  expect(json.findings).toMatchObject([{ code: 'byte_order_mark', file: 'chicago.epw' }])
  expect((await library('put', 'nowhere.json')).err).toContain('cannot be read')
  expect((await library('put', '-')).err).toContain('"-" is standard input, which is not read here')
  for (const args of [
    ['put', 'schema.json', '--name', ''],
    ['rm', ''],
    ['rm', '..'],
  ]) {
    const ran = await library(...args)
    expect([ran.code, ran.err]).toEqual([2, expect.stringContaining('cannot be the name of a library file')])
  }
  await writeFile(join(folder, 'other.json'), '{}')
  await library('put', 'other.json')
  expect((await library('rm', 'other.json')).out).toBe('other.json is no longer in the library\n')
})
