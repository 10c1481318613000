import { cp, mkdir, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Preflight } from '../../src/contract/preflight.ts'
import { decksFolder, expected } from '../helpers/decks.ts'
import { startTestApp, type TestApp } from '../helpers/test-app.ts'

let app: TestApp
beforeAll(async () => {
  app = await startTestApp()
})
afterAll(() => app.stop())

const job = { description: 'Base', project_name: 'Export line', olga_version: '7.3.5' }
const table = (...labels: string[]) => labels.map((label) => `PVTTABLE LABEL="${label}"\n`).join('')

let folders = 0
/** Writes files into a folder of their own. */
async function place(files: Record<string, string>): Promise<string> {
  folders += 1
  const folder = join(app.files, `set-${folders}`)
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), content)
  }
  return folder
}

interface Named {
  file_name: string
  path: string
}
const named = (path: string): Named => ({ file_name: path.split(/[\\/]/u).at(-1) ?? '', path })
const caseOf = (path: string, ...aux: string[]) =>
  aux.length === 0 ? named(path) : { ...named(path), aux_files: aux.map(named) }

async function check(...casefiles: object[]): Promise<Preflight> {
  const answer = await app.request('POST', '/api/v1/jobs/check', { job, casefiles })
  expect([answer.status, answer.body.error]).toEqual([200, undefined])
  return answer.body
}

async function checkOne(path: string, ...aux: string[]) {
  const { runnable, casefiles } = await check(caseOf(path, ...aux))
  const [only] = casefiles
  if (only === undefined) throw new Error('the report has no casefile')
  const problems = only.findings.map(({ severity, code, message }) => `${severity} ${code}: ${message}`)
  return { runnable, ...only, problems }
}

describe('the pre-flight of a job', () => {
  it('finds every reference of the written decks and invents none', async () => {
    const folder = join(app.files, 'decks')
    await cp(decksFolder, folder, { recursive: true })
    const decks = Object.entries(expected.decks)
    const { casefiles } = await check(...decks.map(([name]) => caseOf(join(folder, name))))
    for (const [index, [name, { references }]] of decks.entries()) {
      expect(casefiles[index]?.file_name).toBe(name)
      const found = casefiles[index]?.references.map((one) => `${one.line}:${one.column} ${one.reference}`)
      expect(found, name).toEqual(references.map((line) => line.replace(/ [A-Z]*\.[A-Z]+ /u, ' ')))
    }
  })

  it('is runnable where all is there', async () => {
    const folder = await place({
      'a.genkey': 'FILES PVTFILE="pvt/fluid.tab"\nRESTART FILE=base.rsw\nBRANCH FLUID="GAS"\n',
      'pvt/fluid.tab': table('GAS'),
      'base.rsw': 'x',
    })
    const answer = await app.request('POST', '/api/jobs/check/', {
      job,
      casefiles: [caseOf(`${folder}/a.genkey`)],
    })
    expect(answer.status).toBe(200)
    expect(answer.body).toEqual({
      runnable: true,
      casefiles: [
        {
          file_name: 'a.genkey',
          path: `${folder}/a.genkey`,
          references: [
            {
              reference: 'pvt/fluid.tab',
              line: 1,
              column: 16,
              verdict: 'found',
              resolved_path: `${folder}/pvt/fluid.tab`,
              candidates: [],
            },
            {
              reference: 'base.rsw',
              line: 2,
              column: 14,
              verdict: 'found',
              resolved_path: `${folder}/base.rsw`,
              candidates: [],
            },
          ],
          unused: [],
          findings: [],
        },
      ],
    })
  })

  it('says where a missing file may be', async () => {
    const folder = await place({
      'a/case.genkey': 'FILES PVTFILE="fluid.tab"\n',
      'a/pvt/fluid.tab': table('GAS'),
      'b/case.genkey': 'FILES PVTFILE=".\\Fluid.tab", WAXFILE=none.wax\n',
      'b/FLUID.TAB': table('GAS'),
      'c/d/case.genkey': 'FILES PVTFILE="fluid.tab"\n',
      'c/d/pvt/fluid.tab': table('GAS'),
      'c/fluid.tab': table('GAS'),
    })
    const a = await checkOne(`${folder}/a/case.genkey`)
    expect(a.runnable).toBe(false)
    expect(a.references).toMatchObject([
      { verdict: 'missing', resolved_path: null, candidates: [`${folder}/a/pvt/fluid.tab`] },
    ])
    expect(a.findings).toEqual([
      {
        severity: 'error',
        code: 'missing_reference',
        message: `\`fluid.tab\` is not in \`${folder}/a\`; there is one in \`${folder}/a/pvt\``,
        file: `${folder}/a/case.genkey`,
        line: 1,
        step: null,
      },
    ])
    const b = await checkOne(`${folder}/b/case.genkey`)
    expect(b.references[0]?.candidates).toEqual([`${folder}/b/FLUID.TAB`])
    expect(b.problems).toEqual([
      `error missing_reference: \`Fluid.tab\` is not in \`${folder}/b\`; there is \`FLUID.TAB\` in \`${folder}/b\``,
      `error missing_reference: \`none.wax\` is not in \`${folder}/b\``,
    ])
    const several = [`${folder}/c/d/pvt/fluid.tab`, `${folder}/c/fluid.tab`]
    const c = await checkOne(`${folder}/c/d/case.genkey`)
    expect(c.references).toMatchObject([{ verdict: 'ambiguous', resolved_path: null, candidates: several }])
    expect(c.problems).toEqual([
      `error ambiguous_reference: \`fluid.tab\` is not in \`${folder}/c/d\`, and several files may be meant: \`${several[0]}\`, \`${several[1]}\``,
    ])
  })

  it('takes a declared file of the same name, and cannot choose among several', async () => {
    const folder = await place({
      'a/case.genkey': 'FILES PVTFILE="C:\\pvt\\fluid.tab", WAXFILE=w.wax\n',
      'x/fluid.tab': table('GAS'),
      'x/w.wax': 'w',
      'y/w.wax': 'w',
      'a/old.rsw': 'r',
    })
    const declared = ['x/fluid.tab', 'x/w.wax', 'y/w.wax', 'a/old.rsw'].map((name) => `${folder}/${name}`)
    const { runnable, references, unused, problems } = await checkOne(`${folder}/a/case.genkey`, ...declared)
    expect(references).toMatchObject([
      { verdict: 'found', resolved_path: `${folder}/x/fluid.tab` },
      { verdict: 'ambiguous', resolved_path: null, candidates: [`${folder}/x/w.wax`, `${folder}/y/w.wax`] },
    ])
    expect(unused).toEqual([named(`${folder}/a/old.rsw`)])
    expect(problems).toEqual([
      `error ambiguous_reference: \`w.wax\` is not in \`${folder}/a\`, and several files may be meant: \`${folder}/x/w.wax\`, \`${folder}/y/w.wax\``,
    ])
    expect(runnable).toBe(false)
  })

  it('takes a restart file out that is not read', async () => {
    const folder = await place({ 'a.genkey': 'RESTART READFILE=OFF, FILE="base.rsw"\n', 'base.rsw': 'r' })
    const { runnable, references, unused } = await checkOne(`${folder}/a.genkey`, `${folder}/base.rsw`)
    expect([runnable, references, unused]).toEqual([true, [], [named(`${folder}/base.rsw`)]])
  })

  it('compares the fluids of the branches with the labels of the tables', async () => {
    const folder = await place({
      'a.genkey':
        'FILES PVTFILE=("one.tab", "two.tab")\nBRANCH FLUID=OIL\nBRANCH FLUID="Gas"\nBRANCH FLUID=AIR\n',
      'b.genkey': 'FILES PVTFILE=("one.tab", "old.tab")\nBRANCH FLUID=1\n',
      'c.genkey': 'FILES PVTFILE=("one.tab", "gone.tab")\nBRANCH FLUID=AIR\n',
      'one.tab': table('GAS'),
      'two.tab': table('OIL', 'WATER'),
      'old.tab': "'WATER-OPTION ENTROPY'old\n 2 2 .1E-01\n 1 2\n",
    })
    const a = await checkOne(`${folder}/a.genkey`)
    expect(a.runnable).toBe(false)
    expect(a.problems).toEqual([
      'warning unknown_fluid: BRANCH FLUID="Gas" needs a PVTTABLE LABEL="Gas"; `one.tab`, `two.tab` has "GAS", "OIL", "WATER"',
      'error unknown_fluid: BRANCH FLUID="AIR" needs a PVTTABLE LABEL="AIR"; `one.tab`, `two.tab` has "GAS", "OIL", "WATER"',
    ])
    expect(a.findings.map(({ line }) => line)).toEqual([3, 4])
    expect((await checkOne(`${folder}/b.genkey`)).problems).toEqual([])
    expect((await checkOne(`${folder}/c.genkey`)).problems).toEqual([
      expect.stringContaining('missing_reference: `gone.tab`'),
    ])
  })

  it('tells a table that is none, once for each casefile', async () => {
    const folder = await place({
      'a.genkey': 'FILES PVTFILE=(cut.tab, "cut.tab")\nBRANCH FLUID=GAS\nSOURCE TABLE=empty.tab\n',
      'cut.tab': 'PVTTABLE LABEL="GAS", \\\nCOLUMNS=(PT, TM)\nPVTTABLE POINT=(1, 2)\nPVTTABLE POINT=(1,',
      'empty.tab': '',
    })
    const { runnable, findings } = await checkOne(`${folder}/a.genkey`)
    expect(runnable).toBe(false)
    expect(findings).toMatchObject([
      {
        severity: 'error',
        code: 'unreadable_table',
        file: `${folder}/cut.tab`,
        line: 4,
        message: `\`${folder}/cut.tab\` cannot be read as a PVT table: it ends in the middle of what begins on line 4`,
      },
      { code: 'unreadable_table', file: `${folder}/empty.tab`, line: null },
    ])
  })

  it('takes results of the engine as inputs, with a remark', async () => {
    const folder = await place({ 'a.olga': 'FILES TRENDFILE="x.tpl"\n', 'x.tpl': 't', 'y.ppl': 'p' })
    const { runnable, references, unused, problems } = await checkOne(`${folder}/a.olga`, `${folder}/y.ppl`)
    expect(references).toMatchObject([{ verdict: 'found' }])
    expect(unused).toEqual([named(`${folder}/y.ppl`)])
    expect(problems).toEqual([
      'info result_as_input: `x.tpl` is of a kind that the engine writes as a result; it is taken as an input',
      'info result_as_input: `y.ppl` is of a kind that the engine writes as a result; it is taken as an input',
    ])
    expect(runnable).toBe(true)
  })

  it('does not blame what nobody could look at', async () => {
    const folder = await place({
      'a.genkey':
        'FILES PVTFILE="D:\\pvt\\fluid.tab", WAXFILE="\\\\server\\share\\w.wax", HYDRATEFILE=/nowhere/h.hyd\n',
    })
    const declared = ['D:\\pvt\\fluid.tab', '/elsewhere/w.wax']
    const { runnable, references, unused, problems } = await checkOne(`${folder}/a.genkey`, ...declared)
    expect(runnable).toBe(true)
    expect(references).toMatchObject([
      { verdict: 'found', resolved_path: 'D:\\pvt\\fluid.tab' },
      { verdict: 'found', resolved_path: '/elsewhere/w.wax' },
      { verdict: 'missing', resolved_path: null, candidates: [] },
    ])
    expect(unused).toEqual([])
    expect(problems).toEqual([
      'info unseen_reference: Nobody could look whether `fluid.tab` is in `D:\\pvt`; it is among the declared files: No location of this org covers this path, so it cannot be looked at',
      'info unseen_reference: Nobody could look whether `w.wax` is in `/elsewhere`; it is among the declared files: No location of this org covers this path, so it cannot be looked at',
      'warning unseen_reference: Nobody could look whether `h.hyd` is in `/nowhere`: No location of this org covers this path, so it cannot be looked at',
    ])
    const windows = await checkOne('C:\\cases\\a.genkey', 'C:\\cases\\x.tab')
    expect([windows.runnable, windows.references, windows.unused]).toEqual([true, [], []])
    expect(windows.problems).toEqual([expect.stringMatching(/^warning unseen_casefile: /u)])
  })

  it('misses a casefile, and says of a format that it does not know it', async () => {
    const folder = await place({ 'a.opi': '<x/>', 'utf16.key': '\uFEFF' })
    await writeFile(`${folder}/utf16.key`, Buffer.from('\uFEFFFILES PVTFILE=a.tab\n', 'utf16le'))
    const missing = await checkOne(`${folder}/none.genkey`)
    expect([missing.runnable, missing.problems]).toEqual([
      false,
      [expect.stringMatching(/^error missing_casefile: The casefile `.*none\.genkey` is not there: /u)],
    ])
    const unknown = await checkOne(`${folder}/a.opi`, `${folder}/x.tab`)
    expect([unknown.runnable, unknown.unused]).toEqual([true, []])
    expect(unknown.problems).toEqual([
      expect.stringMatching(/^info unknown_format: `a\.opi` .*\.genkey, \.key/u),
      expect.stringMatching(
        /^warning missing_aux_file: The declared file `x\.tab` is not at `.*\/x\.tab`: /u,
      ),
    ])
    const utf16 = await checkOne(`${folder}/utf16.key`, `${folder}/x.tab`)
    expect([utf16.runnable, utf16.unused]).toEqual([true, []])
    expect(utf16.problems[0]).toMatch(/^warning unreadable_text: /u)
    await writeFile(`${folder}/empty.genkey`, '')
    expect((await checkOne(`${folder}/empty.genkey`)).problems).toEqual([
      `error empty_casefile: The casefile \`${folder}/empty.genkey\` is empty`,
    ])
  })

  it('says of what is there and no file why it cannot be used', async () => {
    const folder = await place({
      'a/case.genkey': 'FILES PVTFILE=(folder.tab, link.tab)\n',
      'a/folder.tab/x': '',
      'outside.tab': table('GAS'),
    })
    await symlink('/etc/hosts', `${folder}/a/link.tab`)
    const { problems } = await checkOne(`${folder}/a/case.genkey`)
    expect(problems).toEqual([
      `error missing_reference: \`folder.tab\` in \`${folder}/a\` cannot be used: There is a directory at this path, not a file`,
      `error missing_reference: \`link.tab\` in \`${folder}/a\` cannot be used: A link at this path leads nowhere, or out of its location`,
    ])
  })

  it('refuses what POST /jobs refuses, and readers', async () => {
    const folder = await place({ 'a.genkey': '' })
    const casefiles = [caseOf(`${folder}/a.genkey`)]
    const send = (body: object, token?: string) => app.request('POST', '/api/v1/jobs/check', body, token)
    expect(await send({ job: { ...job, olga_version: '0' }, casefiles })).toMatchObject({
      status: 422,
      body: { details: [{ field: 'job.olga_version' }] },
    })
    expect(await send({ job, casefiles: [{ file_name: 'a', path: 'relative' }] })).toMatchObject({
      status: 422,
    })
    expect(await send({ job, casefiles, check: 'maybe' })).toMatchObject({ status: 422 })
    const reader = await app.request('POST', '/api/v1/tokens', { name: 'reader', role: 'reader' })
    expect(await send({ job, casefiles }, reader.body.token)).toMatchObject({ status: 403 })
  })

  it('shows a declared file whose name differs in upper and lower case only', async () => {
    const folder = await place({ 'a/a.genkey': 'FILES PVTFILE=Fluid.tab\n', 'x/FLUID.TAB': table('GAS') })
    const { references, problems } = await checkOne(`${folder}/a/a.genkey`, `${folder}/x/FLUID.TAB`)
    expect(references).toMatchObject([{ verdict: 'missing', candidates: [`${folder}/x/FLUID.TAB`] }])
    expect(problems).toEqual([
      `error missing_reference: \`Fluid.tab\` is not in \`${folder}/a\`; there is \`FLUID.TAB\` in \`${folder}/x\``,
    ])
  })

  it('refuses cases that name too many files together', async () => {
    const folder = await place({ 'a.genkey': 'FILES PVTFILE=a.tab\n'.repeat(900) })
    const casefiles = Array.from({ length: 120 }, () => caseOf(`${folder}/a.genkey`))
    const answer = await app.request('POST', '/api/v1/jobs/check', { job, casefiles })
    expect([answer.status, answer.body.error]).toEqual([
      413,
      'The casefiles name 108,000 files, over the limit of 100,000; check them as several jobs',
    ])
  })

  it('looks a thousand cases that share a table through at once', async () => {
    const folder = await place({ 'pvt/fluid.tab': table('GAS') })
    const deck = 'FILES PVTFILE="../pvt/fluid.tab", WAXFILE=gone.wax\nBRANCH FLUID=GAS\n'
    const paths = Array.from({ length: 1_000 }, (_, index) => `${folder}/cases/${index}.genkey`)
    await mkdir(`${folder}/cases`)
    for (const path of paths) await writeFile(path, deck)
    const start = performance.now()
    const { casefiles } = await check(...paths.map((path) => caseOf(path)))
    expect(performance.now() - start).toBeLessThan(30_000)
    expect(casefiles).toHaveLength(1_000)
    for (const { references } of casefiles) {
      expect(references.map(({ verdict }) => verdict)).toEqual(['found', 'missing'])
    }
  })
})

describe('creating a job', () => {
  it('is refused where it cannot run and a check is required, and stores nothing', async () => {
    const folder = await place({
      'a/good.genkey': 'FILES PVTFILE=fluid.tab\n',
      'a/bad.genkey': 'OPTIONS DEBUG=OFF\n  FILES PVTFILE="..\\fluid.tab"\n',
      'a/fluid.tab': table('GAS'),
    })
    const casefiles = ['good', 'good', 'bad'].map((name) => caseOf(`${folder}/a/${name}.genkey`))
    const project = { ...job, project_name: 'Never made' }
    const refused = await app.request('POST', '/api/v1/jobs', { job: project, casefiles, check: 'required' })
    expect(refused.status).toBe(422)
    expect(refused.body.details).toEqual([
      {
        field: 'casefiles[2]',
        message: `line 2, column 18: "..\\fluid.tab": "fluid.tab" is not in "${folder}"; there is one in "${folder}/a"`,
      },
    ])
    expect(refused.body.error).toMatch(/^The job cannot run: casefiles\[2\]: line 2, column 18: /u)
    const projects = await app.request('GET', '/api/v1/projects?limit=1000')
    expect(projects.body.items.map(({ name }: { name: string }) => name)).not.toContain('Never made')

    expect((await app.request('POST', '/api/v1/jobs', { job, casefiles, check: 'none' })).status).toBe(201)
    const good = { job, casefiles: casefiles.slice(0, 2), check: 'required' }
    expect((await app.request('POST', '/api/v1/jobs', good)).status).toBe(201)
  })

  it('attaches what it discovers to casefiles that were given without aux files', async () => {
    const folder = await place({
      'a.genkey': 'FILES PVTFILE=("pvt/two.tab", one.tab, gone.tab)\nSOURCE TABLE="./one.tab"\n',
      'one.tab': table('1'),
      'pvt/two.tab': table('2'),
    })
    const path = `${folder}/a.genkey`
    const casefiles = [named(path), { ...named(path), aux_files: [] }, caseOf(path, `${folder}/other.tab`)]
    const made = await app.request('POST', '/api/v1/jobs', { job, casefiles, discover: true })
    expect(made.status).toBe(201)
    const attached = made.body.kases.map(({ casefile }: { casefile: { aux_files: Named[] } }) =>
      casefile.aux_files.map((aux) => aux.path),
    )
    expect(attached).toEqual([[`${folder}/pvt/two.tab`, `${folder}/one.tab`], [], [`${folder}/other.tab`]])
    expect(made.body.kases[0].casefile.aux_files[0]).toMatchObject({ file_name: 'two.tab', is_output: false })

    const required = await app.request('POST', '/api/v1/jobs', {
      job,
      casefiles,
      discover: true,
      check: 'required',
    })
    expect(required.status).toBe(422)
  })
})
