import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type CliOptions, type ServedCli, serveCli, startCli } from '../helpers/cli.ts'

let served: ServedCli
let shared: string
const inShared = (name: string) => join(shared, name)
const run = (args: string[], options: CliOptions = {}) =>
  served.run(['job', ...args], { cwd: shared, ...options })
const json = async (args: string[], options: CliOptions = {}) =>
  JSON.parse((await run([...args, '--json'], options)).out)
const submitted = async (...args: string[]): Promise<number> => (await json(['submit', ...args])).id

const deck = (table: string) => `! a case\nFILES PVTFILE="${table}"\nBRANCH LABEL=B1, FLUID="gas"\nENDCASE\n`
const table = 'PVTTABLE LABEL="gas", PHASE=THREE\n'

beforeAll(async () => {
  shared = await realpath(await mkdtemp(join(tmpdir(), 'waybill-shared-')))
  await mkdir(inShared('pvt'))
  await mkdir(inShared('deep/er'), { recursive: true })
  await writeFile(inShared('fluid.tab'), table)
  await writeFile(inShared('pvt/other.tab'), table)
  for (const name of ['case1.key', 'case2.key', 'deep/er/case3.key']) {
    await writeFile(inShared(name), deck(name.startsWith('deep') ? '../../fluid.tab' : 'fluid.tab'))
  }
  await writeFile(inShared('bad.key'), deck('other.tab'))
  served = await serveCli(['--location', shared])
})
afterAll(async () => {
  await served.stop()
  await rm(shared, { recursive: true })
})

describe('waybill job submit', () => {
  it('takes cases of the working directory, and what they need, in one job', async () => {
    const ran = await run([
      'submit',
      '--project',
      'North Sea',
      '--aux',
      'fluid.tab',
      'case1.key',
      'case2.key',
    ])
    expect(ran).toMatchObject({ code: 0, err: '' })
    expect(ran.out).toMatch(/^project +North Sea$/m)
    expect(ran.out).toMatch(/^description +case1\.key, case2\.key$/m)
    expect(ran.out).toMatch(/^casefile +queued +case1\.key +\S+case1\.key$/m)
    expect(ran.out.match(/^ {2}input .+fluid\.tab$/gm)).toHaveLength(2)
  })

  it('says everything else of the job', async () => {
    const more = ['--priority', '2', '--engine', '1', '--parallel', '4', '--at', '2030-01-31T22:00:00Z']
    const job = await json([
      'submit',
      '--version',
      '7.3.5',
      '--description',
      'Night run',
      ...more,
      'case1.key',
    ])
    expect(job).toMatchObject({
      ...{ description: 'Night run', project_name: 'default', olga_version: '7.3.5', priority_id: 2 },
      ...{ engine_id: 1, numparallelsims: 4, launch_time: '2030-01-31T22:00:00Z' },
    })
    expect(job.kases[0].casefile.modification_time).toMatch(/Z$/)
  })

  it('expands patterns that the shell left alone', async () => {
    const names = async (pattern: string) =>
      (await json(['submit', pattern])).kases.map(
        ({ casefile }: { casefile: { path: string } }) => casefile.path,
      )
    expect(await names('case?.key')).toEqual([inShared('case1.key'), inShared('case2.key')])
    expect(await names('**/case[3-9].key')).toEqual([inShared('deep/er/case3.key')])
    expect(await run(['submit', '*.nothing'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('No file matches "*.nothing"'),
    })
    expect((await run(['submit', 'gs://bucket/*.key'])).err).toContain('is in a store; name each')
  })

  it('attaches what the cases name', async () => {
    const job = await json(['submit', '--discover', 'case1.key'])
    expect(job.kases[0].casefile.aux_files).toMatchObject([
      { file_name: 'fluid.tab', path: inShared('fluid.tab'), is_output: false },
    ])
  })

  it('submits nothing with --check where a case cannot run', async () => {
    const before = await json(['list', '--limit', '1000'])
    const ran = await run(['submit', '--check', 'case1.key', 'bad.key'])
    expect(ran).toMatchObject({ code: 1, err: 'Nothing was submitted\n' })
    expect(ran.out).toMatch(/missing +other\.tab +2:16 +\S+pvt\/other\.tab$/m)
    expect(ran.out).not.toContain('case1.key')
    expect(ran.out).toContain('1 of 2 cases can run')
    expect(await json(['list', '--limit', '1000'])).toEqual(before)
    expect((await run(['submit', '--check', 'case1.key'])).code).toBe(0)
  })

  it('takes a whole body from a file or from standard input, once for a key', async () => {
    const body = {
      job: { description: 'from a file', project_name: 'p', olga_version: '7.3.5' },
      casefiles: [{ file_name: 'case1.key', path: inShared('case1.key') }],
    }
    const args = ['submit', '--from', '-', '--idempotency-key', 'one']
    const first = await json(args, { input: JSON.stringify(body) })
    expect(first).toMatchObject({ description: 'from a file' })
    expect(await json(args, { input: JSON.stringify(body) })).toEqual(first)
    await writeFile(inShared('job.json'), JSON.stringify(body))
    expect((await run(['submit', '--from', 'job.json'])).code).toBe(0)
  })

  it.each([
    [['submit'], 'Name the casefiles of the job, or give it with --from'],
    [['submit', '--from', 'job.json', 'case1.key'], 'Give either cases or --from, not both'],
    [['submit', '--from', 'job.json', '--project', 'p'], "'--from <file>' cannot be used with"],
    [['submit', '--at', 'tomorrow', 'case1.key'], '"tomorrow" is no time'],
    [['submit', '--parallel', '0', 'case1.key'], 'Give a whole number from 1'],
    [['submit', '--version', '0.0', 'case1.key'], '"0.0" is not a registered solver version'],
    [['check', '--from', 'nowhere.json'], 'nowhere.json cannot be read'],
  ])('%j ends with 2 and says why', async (args, sentence) => {
    const ran = await run(args)
    expect(ran).toMatchObject({ code: 2, out: '' })
    expect(ran.err).toContain(sentence)
  })
})

describe('waybill job check', () => {
  it('lists by case what is found, and ends with 0', async () => {
    const ran = await run(['check', 'case1.key', 'deep/er/case3.key'])
    expect(ran).toMatchObject({ code: 0, err: '' })
    expect(ran.out).toMatch(/^can run +case1\.key +\S+\/case1\.key$/m)
    expect(ran.out).toMatch(/^ {2}found +fluid\.tab +2:16 +\S+\/fluid\.tab$/m)
    expect(ran.out).toMatch(/^ {2}found +\.\.\/\.\.\/fluid\.tab +2:16 +\S+\/fluid\.tab$/m)
    expect(ran.out).toContain('2 of 2 cases can run')
  })

  it('says what is missing and where there is one, in colour, and ends with 1', async () => {
    const ran = await run(['check', 'bad.key'], { env: { FORCE_COLOR: '1' } })
    expect(ran.code).toBe(1)
    expect(ran.out).toContain('\u001b[31m  missing')
    expect(ran.out).toContain('cannot run')
    expect(ran.out).toContain(`there is one in \`${inShared('pvt')}\``)
  })

  it('asks about many cases in parts, and answers as of one', async () => {
    await mkdir(inShared('many'))
    const names = Array.from({ length: 120 }, (_, i) => `many/c${String(i).padStart(3, '0')}.key`)
    await Promise.all(names.map((name) => writeFile(inShared(name), deck('../fluid.tab'))))
    await writeFile(inShared('many/c100.key'), deck('gone.tab'))
    const ran = await run(['check', '--quiet', 'many/*.key'])
    expect(ran.code).toBe(1)
    expect(ran.out).toMatch(/^cannot run +c100\.key/m)
    expect(ran.out).toContain('119 of 120 cases can run')
    const report = await json(['check', 'many/*.key'])
    expect(report.casefiles.map((one: { file_name: string }) => one.file_name)).toEqual(
      names.map((name) => name.slice('many/'.length)),
    )
  })

  it('names a casefile of a later part by its place in the job', async () => {
    const casefiles = Array.from({ length: 60 }, (_, i) => ({
      file_name: `c${i}.key`,
      path: i === 57 ? 'relative' : inShared(`many/c${i}.key`),
    }))
    const body = { job: { description: '', project_name: 'p', olga_version: '7.3.5' }, casefiles }
    const ran = await run(['check', '--from', '-'], { input: JSON.stringify(body) })
    expect(ran.code).toBe(2)
    expect(ran.err).toContain('casefiles[57].path')
  })
})

describe('jobs are listed, watched and controlled', () => {
  it('newest first, by default those of the token', async () => {
    const id = await submitted('case1.key')
    const ran = await run(['list', '--limit', '1'])
    expect(ran.out).toMatch(new RegExp(`^ *${id} +queued +0 % +1 +default +case1\\.key`, 'm'))
    expect(ran.err).toBe(`There may be more: add --before ${id}\n`)
    const [older] = await json(['list', '--limit', '1', '--before', String(id)])
    expect(older.id).toBeLessThan(id)
    expect((await json(['list', '--scope', 'org']))[0].id).toBe(id)
  })

  it('paused, resumed and killed, with a status of each', async () => {
    const ids = [await submitted('case1.key'), await submitted('case2.key')].map(String)
    const [first = '', second = ''] = ids
    expect((await run(['pause', ...ids])).out).toBe(`job ${first}  paused\njob ${second}  paused\n`)
    expect((await run(['resume', first])).out).toBe(`job ${first}  queued\n`)
    expect((await run(['status', ...ids])).code).toBe(0)
    expect((await run(['kill', second])).out).toBe(`job ${second}  killed\n`)
    const status = await run(['status', ...ids])
    expect(status.code).toBe(1)
    expect(status.out).toMatch(new RegExp(`^ *${first} +queued +0 % +1 queued +-`, 'm'))
    expect(status.out).toMatch(new RegExp(`^ *${second} +killed +0 % +1 killed +-`, 'm'))
    expect(await run(['resume', second])).toMatchObject({ code: 2, err: expect.stringContaining('killed') })
    expect(await run(['status', '999999'])).toMatchObject({ code: 5, err: expect.stringContaining('999999') })
    expect(await json(['status', first])).toMatchObject({ jobs: [{ id: Number(first), status: 'queued' }] })
  })

  it('watched until they end', async () => {
    const id = String(await submitted('case1.key'))
    const watch = startCli(['job', 'status', id, '--watch'], { env: { WAYBILL_DATA_DIR: served.dataDir } })
    await watch.untilPrinted(/queued/)
    await run(['pause', id])
    await watch.untilPrinted(/paused/)
    await run(['kill', id])
    expect(await watch.ended).toBe(1)
    expect(watch.ran.out.trim().split('\n')).toHaveLength(4)
  })
})
