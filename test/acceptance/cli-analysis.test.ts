import { mkdtemp, readFile, realpath, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type CliOptions, type ServedCli, serveCli, startCli } from '../helpers/cli.ts'

let served: ServedCli
let shared: string
beforeAll(async () => {
  shared = await realpath(await mkdtemp(join(tmpdir(), 'waybill-shared-')))
  await writeFile(inShared('x.vcf.gz'), 'variants')
  await writeFile(inShared('x.vcf.gz.tbi'), 'index')
  served = await serveCli(['--location', shared])
})
afterAll(async () => {
  await served.stop()
  await rm(shared, { recursive: true })
})

const inShared = (name: string) => join(shared, name)
const create = (args: string[], options: CliOptions = {}) =>
  served.run(['analysis', 'create', 'Cohort', '--type', 'qc', ...args], { cwd: shared, ...options })
const verify = (id: number, ...args: string[]) => served.run(['analysis', 'verify', String(id), ...args])

async function createdId(args: string[], options: CliOptions = {}): Promise<number> {
  return JSON.parse((await create([...args, '--json'], options)).out).id
}

async function askApi(path: string): Promise<unknown> {
  const token = (await readFile(join(served.dataDir, 'owner.token'), 'utf8')).trim()
  const answer = await fetch(`${served.url}/api/v1${path}`, { headers: { authorization: `Bearer ${token}` } })
  return await answer.json()
}

describe('an analysis is created', () => {
  it('from options, with a companion below its primary and paths of the working directory', async () => {
    const companion = ['--companion', `vcf.index=${inShared('x.vcf.gz.tbi')}`]
    const ran = await create(['--output', 'vcf=x.vcf.gz', ...companion, '--output', 'qc.html=nowhere.html'])
    expect(ran).toMatchObject({ code: 0, err: '' })
    expect(ran.out).toMatch(/^status +completed$/m)
    expect(ran.out).toMatch(/^vcf +there +8 B +\S+ +\S+x\.vcf\.gz$/m)
    expect(ran.out).toMatch(/^└─ index +there +5 B +\S+ +\S+x\.vcf\.gz\.tbi$/m)
    expect(ran.out).toMatch(/^└─ html +missing +- +- +\S+nowhere\.html +There is no file at this path$/m)
  })

  it('with all that it may be told, once for a key', async () => {
    const args = ['--status', 'in-progress', '--meta', 'caller=gatk', '--meta', 'depth=30', '--author', 'Ada']
    args.push(
      '--sequencing-group',
      'CPG1',
      '--sequencing-group',
      'CPG2',
      '--idempotency-key',
      'one',
      '--json',
    )
    const ran = await create(args)
    expect(JSON.parse(ran.out)).toMatchObject({
      ...{ project: 'Cohort', type: 'qc', status: 'in-progress', author: 'Ada', outputs: null },
      ...{ meta: { caller: 'gatk', depth: '30' }, sequencing_group_ids: ['CPG1', 'CPG2'] },
    })
    expect((await create(args)).out).toBe(ran.out)
  })

  it('from a tree in a file, with its meta from standard input', async () => {
    const tree = inShared('tree.json')
    await writeFile(tree, JSON.stringify({ n: 42, list: [{ basename: inShared('x.vcf.gz') }] }))
    const ran = await create(['--from', tree, '--meta-from', '-', '--json'], { input: '{"depth": 30}' })
    expect(JSON.parse(ran.out)).toMatchObject({
      outputs: { n: 42, list: [{ size: 8, valid: true }] },
      meta: { depth: 30 },
    })
  })

  it('from a single file named on standard input', async () => {
    const ran = await create(['--from', '-'], { input: JSON.stringify(inShared('x.vcf.gz')) })
    expect(ran.out).toMatch(/^x\.vcf\.gz +there +8 B/m)
  })

  it.each([
    [['--status', 'S'], 'Allowed choices are queued, in-progress, failed, completed, unknown'],
    [['--output', 'x.vcf.gz'], '--output "x.vcf.gz" has no name; write NAME=PATH'],
    [['--output', 'a=/x', '--companion', 'b.i=/y'], 'belongs to no output: the outputs given are a'],
    [['--output', 'a=/x', '--from', '-'], "'--from <file>' cannot be used with option '--output"],
    [['--from', '-', '--meta-from', '-'], 'one of --from and --meta-from'],
    [['--from', '/nowhere.json'], 'The tree of outputs in /nowhere.json cannot be read: it is not there'],
    [['--from', '-'], 'The tree of outputs in standard input is not valid JSON'],
    [['--output', 'a=/s/../x'], 'outputs.a names "/s/../x", which has a ".." segment'],
  ])('not with %j', async (args, words) => {
    const ran = await create(args)
    expect(ran).toMatchObject({ code: 2, out: '' })
    expect(ran.err).toContain(words)
  })

  it('not with a tree that has faults, each of which is told with its place', async () => {
    const input = JSON.stringify({ a: { basename: '/x', foo: 1 }, b: [{ basename: 'relative' }] })
    const ran = await create(['--from', '-'], { input })
    expect(ran.code).toBe(2)
    expect(ran.err).toMatch(/^ {2}outputs\.a\.foo: is not a field of a file.*\n {2}outputs\.b\[0\]: names/m)
  })

  it('not where a store does not tell and that is to be refused', async () => {
    const ran = await create(['--output', 'far=/elsewhere/x', '--unreachable', 'refuse'])
    expect(ran.code).toBe(2)
    expect(ran.err).toContain('outputs.far names "/elsewhere/x": No location')
  })

  it('not in a project whose address means something else', async () => {
    const ran = await served.run(['analysis', 'create', 'query', '--type', 'qc'])
    expect(ran).toMatchObject({ code: 2, out: '' })
  })
})

describe('an analysis is shown', () => {
  it('to programs exactly as the API answers', async () => {
    const id = await createdId(['--output', 'a=x.vcf.gz', '--output', 'b=nowhere.html'])
    const shown = await served.run(['analysis', 'show', String(id), '--json'])
    expect(JSON.parse(shown.out)).toEqual(await askApi(`/analysis/${id}?missing=object`))
    const listed = await served.run(['analysis', 'list', '--limit', '2', '--json'])
    expect(JSON.parse(listed.out)).toEqual(await askApi('/analysis?limit=2&missing=object'))
  })

  it('not where there is none', async () => {
    expect(await served.run(['analysis', 'show', '999999'])).toMatchObject({ code: 5, out: '' })
    expect((await verify(999999)).code).toBe(5)
  })

  it('in lists by what it is and what it has', async () => {
    await writeFile(inShared('rare.txt'), 'rare')
    const id = await createdId([
      '--output',
      'a=rare.txt',
      '--output',
      'b=no.txt',
      '--sequencing-group',
      'RARE',
    ])
    const row = new RegExp(`^ *${id} +Cohort +qc +completed +2 +1 `, 'm')
    for (const filter of [
      ['--sequencing-group', 'RARE'],
      ['--path', 'rare.txt'],
      ['--project', 'Cohort'],
    ]) {
      const ran = await served.run(['analysis', 'list', ...filter], { cwd: shared })
      expect(ran.out).toMatch(row)
    }
    const none = await served.run(['analysis', 'list', '--status', 'failed', '--type', 'qc'])
    expect(none).toMatchObject({ code: 0, out: '', err: 'Nothing found\n' })
  })
})

describe('an analysis is verified', () => {
  it('and ends with 0 where all is as registered, with 1 where something is not', async () => {
    for (const name of ['a', 'b', 'c']) await writeFile(inShared(`${name}.txt`), name)
    const id = await createdId(['--output', 'a=a.txt', '--output', 'b=b.txt', '--companion', 'b.c=c.txt'])
    expect(await verify(id)).toMatchObject({ code: 0, out: '3 files: 3 there\n', err: '' })
    await writeFile(inShared('a.txt'), 'other')
    await rm(inShared('c.txt'))
    const ran = await verify(id)
    expect(ran.code).toBe(1)
    expect(ran.out).toMatch(/^changed +a +\S+a\.txt +Other bytes are at its path/m)
    expect(ran.out).toMatch(/^gone +b\.secondary_files\.c +\S+c\.txt +There is no file/m)
    expect(ran.out).toContain('3 files: 1 there, 1 changed, 1 gone\n')
    const shown = await served.run(['analysis', 'show', String(id)])
    expect(shown.out).toMatch(/^Changes\n(.+\n)+\S+ +gone +b\.secondary_files\.c /m)
  })

  it('and what came back is told once', async () => {
    await writeFile(inShared('back.txt'), 'back')
    const id = await createdId(['--output', 'a=back.txt'])
    await rename(inShared('back.txt'), inShared('away.txt'))
    expect((await verify(id)).code).toBe(1)
    await rename(inShared('away.txt'), inShared('back.txt'))
    const back = await verify(id)
    expect(back).toMatchObject({ code: 0, err: '' })
    expect(back.out).toMatch(/^there +a +\S+back\.txt$/m)
    expect(await verify(id)).toMatchObject({ code: 0, out: '1 file: 1 there\n' })
  })

  it('and a file that was there is not well while its store does not answer', async () => {
    const root = await realpath(await mkdtemp(join(tmpdir(), 'waybill-root-')))
    await writeFile(join(root, 'a.txt'), 'a')
    await served.run(['admin', 'location', 'create', root])
    const id = await createdId(['--output', `a=${join(root, 'a.txt')}`])
    await rename(root, `${root}-unmounted`)
    const ran = await verify(id)
    expect(ran.code).toBe(1)
    expect(ran.out).toMatch(/^unreachable +a .+ is it mounted\?$/m)
    await rename(`${root}-unmounted`, root)
    expect((await verify(id, '--json')).code).toBe(0)
    await rm(root, { recursive: true })
  })

  it('until every output is there, each of which is told when it appears', async () => {
    const id = await createdId(['--output', 'first=first.txt', '--output', 'second=second.txt'])
    const env = { WAYBILL_DATA_DIR: served.dataDir }
    const watch = startCli(['analysis', 'verify', String(id), '--watch'], { env })
    await watch.untilPrinted(/^missing +second /m)
    await writeFile(inShared('first.txt'), '1')
    expect(await watch.untilPrinted(/^there +first /m)).not.toMatch(/^there +second/m)
    await writeFile(inShared('second.txt'), '2')
    expect(await watch.ended).toBe(0)
    expect(watch.ran.out).toMatch(/^there +second .+\n2 files: 2 there\n$/m)
    expect(watch.ran.err).toBe('')
  })

  it('until somebody stops it', async () => {
    const id = await createdId(['--output', 'never=never.txt'])
    const env = { WAYBILL_DATA_DIR: served.dataDir }
    const watch = startCli(['analysis', 'verify', String(id), '--watch'], { env })
    await watch.untilPrinted(/^missing +never /m)
    await sleep(200)
    watch.child.kill('SIGINT')
    expect(await watch.ended).toBe(130)
    expect(watch.ran.err).toBe('waybill: Interrupted\n')
  })
})
