import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createDocument, readDocument } from '../helpers/analysis-documents.ts'
import { type GsServer, startGsServer } from '../helpers/gs-server.ts'
import { outputFile, secondaryFile } from '../helpers/output-files.ts'
import { startTestApp, type TestApp } from '../helpers/test-app.ts'

let gs: GsServer
let app: TestApp
beforeAll(async () => {
  gs = await startGsServer()
  process.env.STORAGE_EMULATOR_HOST = gs.url
  app = await startTestApp()
  for (const bucket of ['my-bucket', 'bucket']) {
    gs.buckets.make(bucket)
    const made = await app.request('POST', '/api/v1/locations', { root: `gs://${bucket}` })
    expect(made.status).toBe(201)
  }
  for (const name of [
    'my-bucket/results/sample.bam',
    'my-bucket/results/cohort.vcf.gz',
    'my-bucket/results/cohort.vcf.gz.tbi',
    'bucket/results/joint.vcf.gz',
    'bucket/results/joint.vcf.gz.tbi',
    'bucket/results/stats.json',
    'bucket/filtered.vcf.gz',
    'bucket/filtered.vcf.gz.tbi',
    'bucket/raw.vcf.gz',
    'bucket/quality.txt',
    'bucket/coverage.txt',
    'bucket/exists.txt',
    'bucket/actual-file.txt',
    'bucket/genome.fasta',
    'bucket/genome.fasta.fai',
    'bucket/genome.dict',
    'bucket/summary.txt',
  ]) {
    const [bucket = '', ...key] = name.split('/')
    gs.buckets.put(bucket, key.join('/'), Buffer.from(contentOf(`gs://${name}`)))
  }
})
afterAll(async () => {
  await app.stop()
  await gs.close()
})

/** Every file holds its own path, so that each has a size and a checksum of its own. */
function contentOf(path: string): string {
  return `content of ${path}`
}
type Parts = Parameters<typeof outputFile>[2]
const file = (path: string, nameroot: string, nameext: string, own: Parameters<typeof outputFile>[3] = {}) =>
  outputFile(path, contentOf(path), { nameroot, nameext } satisfies Parts, own)
const secondary = (path: string, nameroot: string, nameext: string) =>
  secondaryFile(path, contentOf(path), { nameroot, nameext })

interface Body {
  type: string
  status: string
  sequencing_group_ids?: string[]
  outputs: object
}

async function registerOverGraphql(
  { type, sequencing_group_ids: sequencingGroupIds, outputs }: Body,
  expected: unknown,
) {
  const variables = { project: 'my-project', sequencingGroupIds, type, status: 'COMPLETED', outputs }
  const created = await app.request('POST', '/graphql', { query: createDocument, variables })
  const { createAnalysis } = created.body.data.analysis
  expect(createAnalysis).toEqual({ id: expect.any(Number), status: 'COMPLETED', outputs: expected })
  const read = await app.request('POST', '/graphql', {
    query: readDocument,
    variables: { analysisId: createAnalysis.id },
  })
  expect(read.body.data.analysis).toEqual({ ...createAnalysis, type })
}

/** Posts under both prefixes and over GraphQL; each answer must be the same as reading it back. */
async function register(body: Body & { meta?: object }, expected: unknown) {
  await registerOverGraphql(body, expected)
  for (const prefix of ['', '/api/v1']) {
    const created = await app.request('POST', `${prefix}/analysis/my-project/`, body)
    expect(created.status).toBe(201)
    expect(created.headers.location).toBe(`/api/v1/analysis/${created.body.id}`)
    expect(created.body.outputs).toEqual(expected)
    const read = await app.request('GET', `${prefix}/analysis/${created.body.id}/`)
    expect(read.body).toEqual(created.body)
    expect(JSON.stringify(read.body)).toBe(JSON.stringify(created.body))
  }
}

const jointVcf = () =>
  file('gs://bucket/results/joint.vcf.gz', 'joint', '.vcf.gz', {
    secondary_files: { index: secondary('gs://bucket/results/joint.vcf.gz.tbi', 'joint.vcf.gz', '.tbi') },
  })

describe('an analysis as its model documents it', () => {
  it('takes a single file', () =>
    register(
      {
        sequencing_group_ids: ['CPGABC123'],
        type: 'alignment',
        status: 'completed',
        outputs: { bam: { basename: 'gs://my-bucket/results/sample.bam' } },
      },
      { bam: file('gs://my-bucket/results/sample.bam', 'sample', '.bam') },
    ))

  it('takes a VCF with its index, and shows every field of it', async () => {
    const body = {
      sequencing_group_ids: ['CPGABC123'],
      type: 'joint-calling',
      status: 'completed',
      outputs: {
        vcf: {
          basename: 'gs://my-bucket/results/cohort.vcf.gz',
          secondary_files: { index: { basename: 'gs://my-bucket/results/cohort.vcf.gz.tbi' } },
        },
      },
    }
    await register(body, {
      vcf: file('gs://my-bucket/results/cohort.vcf.gz', 'cohort', '.vcf.gz', {
        secondary_files: {
          index: secondary('gs://my-bucket/results/cohort.vcf.gz.tbi', 'cohort.vcf.gz', '.tbi'),
        },
      }),
    })
    const { body: created } = await app.request('POST', '/analysis/my-project/', body)
    expect(created).toEqual({
      id: expect.any(Number),
      project: 'my-project',
      type: 'joint-calling',
      status: 'completed',
      sequencing_group_ids: ['CPGABC123'],
      outputs: expect.any(Object),
      output: null,
      meta: {},
      active: true,
      author: null,
      timestamp_completed: expect.any(String),
      created_at: expect.any(String),
      updated_at: expect.any(String),
      changes: [],
    })
    const { vcf } = created.outputs
    expect(Object.keys(vcf)).toEqual(
      'id parent_id path basename dirname nameroot nameext file_checksum size meta valid secondary_files'.split(
        ' ',
      ),
    )
    expect(Object.keys(vcf.secondary_files.index)).toEqual(
      Object.keys(vcf).filter((key) => key !== 'parent_id'),
    )
  })

  it('takes several files', () =>
    register(
      {
        sequencing_group_ids: ['CPGABC123'],
        type: 'joint-calling',
        status: 'completed',
        outputs: {
          vcf: {
            basename: 'gs://bucket/results/joint.vcf.gz',
            secondary_files: { index: { basename: 'gs://bucket/results/joint.vcf.gz.tbi' } },
          },
          stats: { basename: 'gs://bucket/results/stats.json' },
        },
      },
      { vcf: jointVcf(), stats: file('gs://bucket/results/stats.json', 'stats', '.json') },
    ))

  it('keeps deep structures', () =>
    register(
      {
        type: 'variants',
        status: 'completed',
        outputs: {
          variants: {
            filtered: {
              basename: 'gs://bucket/filtered.vcf.gz',
              secondary_files: { index: { basename: 'gs://bucket/filtered.vcf.gz.tbi' } },
            },
            raw: { basename: 'gs://bucket/raw.vcf.gz' },
          },
          metrics: {
            quality: { basename: 'gs://bucket/quality.txt' },
            coverage: { basename: 'gs://bucket/coverage.txt' },
          },
        },
      },
      {
        variants: {
          filtered: file('gs://bucket/filtered.vcf.gz', 'filtered', '.vcf.gz', {
            secondary_files: {
              index: secondary('gs://bucket/filtered.vcf.gz.tbi', 'filtered.vcf.gz', '.tbi'),
            },
          }),
          raw: file('gs://bucket/raw.vcf.gz', 'raw', '.vcf.gz'),
        },
        metrics: {
          quality: file('gs://bucket/quality.txt', 'quality', '.txt'),
          coverage: file('gs://bucket/coverage.txt', 'coverage', '.txt'),
        },
      },
    ))

  it('shows a file that is not there as its path, beside one that is', async () => {
    for (const [missing, valid, nameroot] of [
      ['gs://bucket/nonexistent.txt', 'gs://bucket/exists.txt', 'exists'],
      ['gs://bucket/nonexistent.txt', 'gs://bucket/actual-file.txt', 'actual-file'],
    ] as const) {
      await register(
        {
          type: 'test-analysis',
          status: 'completed',
          outputs: { missing_file: missing, valid_file: { basename: valid } },
        },
        { missing_file: missing, valid_file: file(valid, nameroot, '.txt') },
      )
      await register(
        {
          type: 'test-analysis',
          status: 'completed',
          outputs: { missing_file: { basename: missing }, valid_file: { basename: valid } },
        },
        { missing_file: missing, valid_file: file(valid, nameroot, '.txt') },
      )
    }
  })

  it('takes several secondary files', () =>
    register(
      {
        type: 'reference',
        status: 'completed',
        outputs: {
          reference: {
            basename: 'gs://bucket/genome.fasta',
            secondary_files: {
              fai: { basename: 'gs://bucket/genome.fasta.fai' },
              dict: { basename: 'gs://bucket/genome.dict' },
            },
          },
        },
      },
      {
        reference: file('gs://bucket/genome.fasta', 'genome', '.fasta', {
          secondary_files: {
            fai: secondary('gs://bucket/genome.fasta.fai', 'genome.fasta', '.fai'),
            dict: secondary('gs://bucket/genome.dict', 'genome', '.dict'),
          },
        }),
      },
    ))

  it('keeps the path of a matrix table in meta', async () => {
    const body = {
      type: 'hail-analysis',
      status: 'completed',
      outputs: { summary: { basename: 'gs://bucket/summary.txt' } },
      meta: { matrix_table: 'gs://bucket/results/data.mt' },
    }
    await register(body, { summary: file('gs://bucket/summary.txt', 'summary', '.txt') })
    const { body: created } = await app.request('POST', '/analysis/my-project/', body)
    expect(created.meta).toEqual({ matrix_table: 'gs://bucket/results/data.mt' })
  })

  it('takes the deprecated output', async () => {
    const output = 'gs://my-bucket/results/sample.bam'
    const { body } = await app.request('POST', '/analysis/my-project/', {
      type: 'alignment',
      status: 'completed',
      output,
    })
    expect(body).toMatchObject({ output, outputs: file(output, 'sample', '.bam') })
    const missing = 'gs://my-bucket/results/none.bam'
    const other = await app.request('POST', '/analysis/my-project/', {
      type: 'alignment',
      status: 'completed',
      output: missing,
    })
    expect(other.body).toMatchObject({ output: missing, outputs: missing })
  })

  it('has one row a path, whoever names it', async () => {
    const body = { type: 'a', status: 'completed', outputs: { x: { basename: 'gs://bucket/summary.txt' } } }
    const one = await app.request('POST', '/analysis/my-project/', body)
    const two = await app.request('POST', '/analysis/another-project/', body)
    expect(two.body.outputs.x.id).toBe(one.body.outputs.x.id)
  })

  it('does the same for files on the disk', async () => {
    const path = join(app.files, 'results', 'cohort.vcf.gz')
    const index = `${path}.tbi`
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, contentOf(path))
    await writeFile(index, contentOf(index))
    await register(
      {
        type: 'joint-calling',
        status: 'completed',
        outputs: { vcf: { basename: path, secondary_files: { index: { basename: index } } }, bare: index },
      },
      {
        vcf: file(path, 'cohort', '.vcf.gz', {
          secondary_files: { index: secondary(index, 'cohort.vcf.gz', '.tbi') },
        }),
        bare: file(index, 'cohort.vcf.gz', '.tbi'),
      },
    )
  })
})

describe('an update of an analysis', () => {
  it('replaces the outputs, whole', async () => {
    const { body } = await app.request('POST', '/analysis/my-project/', {
      type: 'a',
      status: 'in-progress',
      outputs: { stats: { basename: 'gs://bucket/results/stats.json' } },
      meta: { keep: 1, drop: 2 },
    })
    const patched = await app.request('PATCH', `/analysis/${body.id}/`, {
      status: 'completed',
      outputs: { vcf: { basename: 'gs://bucket/raw.vcf.gz' } },
      meta: { drop: null, add: { deep: true } },
    })
    expect(patched.status).toBe(200)
    expect(patched.body).toMatchObject({
      status: 'completed',
      meta: { keep: 1, add: { deep: true } },
      timestamp_completed: expect.any(String),
    })
    expect(patched.body.outputs).toEqual({ vcf: file('gs://bucket/raw.vcf.gz', 'raw', '.vcf.gz') })
    const untouched = await app.request('PATCH', `/analysis/${body.id}/`, { active: false })
    expect(untouched.body).toMatchObject({ active: false, outputs: patched.body.outputs })
    const cleared = await app.request('PATCH', `/analysis/${body.id}/`, { outputs: null })
    expect(cleared.body.outputs).toBeNull()
  })
})

describe('a user of the database', () => {
  it('finds the tables of the model as views', async () => {
    const { body } = await app.request('POST', '/analysis/my-project/', {
      type: 'a',
      status: 'completed',
      outputs: {
        results: {
          vcf: {
            basename: 'gs://bucket/results/joint.vcf.gz',
            meta: { caller: 'x' },
            secondary_files: { index: { basename: 'gs://bucket/results/joint.vcf.gz.tbi' } },
          },
        },
        gone: 'gs://bucket/never.txt',
      },
    })
    const { vcf } = body.outputs.results
    const outputs = await app.database.pool.query(
      'select file_id, output, json_structure from analysis_outputs where analysis_id = $1 order by json_structure',
      [body.id],
    )
    expect(outputs.rows).toEqual([
      { file_id: null, output: 'gs://bucket/never.txt', json_structure: 'gone' },
      { file_id: vcf.id, output: null, json_structure: 'results.vcf' },
      {
        file_id: vcf.secondary_files.index.id,
        output: null,
        json_structure: 'results.vcf.secondary_files.index',
      },
    ])
    const files = await app.database.pool.query('select * from output_file where id = any($1) order by id', [
      [vcf.id, vcf.secondary_files.index.id],
    ])
    const { secondary_files: companions, ...primary } = vcf
    const { secondary_files: _, ...index } = companions.index
    expect(files.rows).toEqual([
      { ...primary, org_id: expect.any(Number) },
      { ...index, parent_id: vcf.id, org_id: expect.any(Number) },
    ])
    for (const view of ['output_file', 'analysis_outputs']) {
      await expect(app.database.pool.query(`delete from ${view}`)).rejects.toThrow(/view/)
    }
    await expect(
      app.database.pool.query(
        `update file_use set output = 'both' where version_id is not null and direction = 'out'`,
      ),
    ).rejects.toThrow(/file_use_is_file_or_string/)
  })
})
