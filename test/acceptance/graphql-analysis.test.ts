import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createDocument, readDocument } from '../helpers/analysis-documents.ts'
import { sendGraphql } from '../helpers/graphql.ts'
import { type GsServer, startGsServer } from '../helpers/gs-server.ts'
import { outputFile, secondaryFile } from '../helpers/output-files.ts'
import { startTestApp, type TestApp } from '../helpers/test-app.ts'

let gs: GsServer
let app: TestApp
beforeAll(async () => {
  gs = await startGsServer()
  process.env.STORAGE_EMULATOR_HOST = gs.url
  app = await startTestApp()
  gs.buckets.make('bucket')
  await app.request('POST', '/api/v1/locations', { root: 'gs://bucket' })
  gs.buckets.put('bucket', 'results/joint.vcf.gz', Buffer.from('vcf'))
  gs.buckets.put('bucket', 'results/joint.vcf.gz.tbi', Buffer.from('index'))
})
afterAll(async () => {
  await app.stop()
  await gs.close()
})

const send = (query: string, variables?: object) => sendGraphql(app, query, variables)

const createVariables = {
  project: 'my-project',
  sequencingGroupIds: ['CPGABC123'],
  type: 'joint-calling',
  status: 'COMPLETED',
  outputs: {
    vcf: {
      basename: 'gs://bucket/results/joint.vcf.gz',
      secondary_files: { index: { basename: 'gs://bucket/results/joint.vcf.gz.tbi' } },
    },
  },
}
const vcf = () =>
  outputFile(
    'gs://bucket/results/joint.vcf.gz',
    'vcf',
    { nameroot: 'joint', nameext: '.vcf.gz' },
    {
      secondary_files: {
        index: secondaryFile('gs://bucket/results/joint.vcf.gz.tbi', 'index', {
          nameroot: 'joint.vcf.gz',
          nameext: '.tbi',
        }),
      },
    },
  )

const whole =
  'id project type status sequencingGroupIds outputs output meta active author timestampCompleted createdAt updatedAt changes { path at state seenAt reason }'

async function create(analysis: object): Promise<number> {
  const answer = await send(
    `mutation ($analysis: AnalysisInput!) { analysis { createAnalysis(project: "p", analysis: $analysis) { id } } }`,
    { analysis: { type: 't', status: 'QUEUED', ...analysis } },
  )
  expect(answer.body.errors).toBeUndefined()
  return answer.body.data.analysis.createAnalysis.id
}

async function update(analysisId: number, analysis: object) {
  const answer = await send(
    `mutation ($analysisId: Int!, $analysis: AnalysisUpdateInput!) {
      analysis { updateAnalysis(analysisId: $analysisId, analysis: $analysis) { ${whole} } } }`,
    { analysisId, analysis },
  )
  return { answer, analysis: answer.body.data?.analysis.updateAnalysis }
}

const outputsOf = async (id: number) => (await app.request('GET', `/api/v1/analysis/${id}`)).body.outputs

describe('the documents of the seed', () => {
  it('create an analysis and read it, word for word', async () => {
    const created = await send(createDocument, createVariables)
    const expected = { id: expect.any(Number), status: 'COMPLETED', outputs: { vcf: vcf() } }
    expect(created.body).toEqual({ data: { analysis: { createAnalysis: expected } } })
    const { id, outputs } = created.body.data.analysis.createAnalysis
    for (let time = 0; time < 3; time++) {
      const read = await send(readDocument, { analysisId: id })
      expect(read.body).toEqual({
        data: { analysis: { id, type: 'joint-calling', status: 'COMPLETED', outputs } },
      })
    }
    const rest = await app.request('GET', `/analysis/${id}`)
    expect(JSON.stringify(outputs)).toBe(JSON.stringify(rest.body.outputs))
  })

  it('run without what they leave optional, each time', async () => {
    const { outputs: _, sequencingGroupIds: __, ...needed } = createVariables
    for (const variables of [needed, needed, { ...needed, outputs: null, sequencingGroupIds: null }]) {
      const answer = await send(createDocument, variables)
      expect(answer.body.data.analysis.createAnalysis).toMatchObject({ status: 'COMPLETED', outputs: null })
    }
  })
})

describe('an analysis', () => {
  it('has the fields of REST, a file that is not there as its string or as an object', async () => {
    const lost = 'gs://bucket/lost.txt'
    const id = await create({
      outputs: { a: { basename: lost } },
      status: 'IN_PROGRESS',
      meta: { deep_key: [1] },
      author: 'ada',
    })
    const rest = (await app.request('GET', `/api/v1/analysis/${id}`)).body
    const { body } = await send(`query ($id: Int!) { analysis(id: $id) { ${whole} } }`, { id })
    expect(body.data.analysis).toEqual({
      id,
      project: 'p',
      type: 't',
      status: 'IN_PROGRESS',
      sequencingGroupIds: [],
      outputs: { a: lost },
      output: null,
      meta: { deep_key: [1] },
      active: true,
      author: 'ada',
      timestampCompleted: null,
      createdAt: rest.created_at,
      updatedAt: rest.updated_at,
      changes: [],
    })
    const shown = await send(`query ($id: Int!) { analysis(id: $id, missing: OBJECT) { outputs } }`, { id })
    expect(shown.body.data.analysis.outputs.a).toMatchObject({ path: lost, valid: false, state: 'missing' })
  })

  it('is found by project, type, status, group and path', async () => {
    const path = join(app.files, 'found.txt')
    await writeFile(path, 'x')
    const id = await create({
      type: 'finding',
      status: 'FAILED',
      sequencingGroupIds: ['G1'],
      outputs: { basename: path },
    })
    const list = `query ($project: String, $type: String, $status: AnalysisStatus, $group: String, $path: String, $limit: Int, $cursor: String) {
      analyses(project: $project, type: $type, status: $status, sequencingGroupId: $group, path: $path, limit: $limit, cursor: $cursor) {
        items { id } nextCursor } }`
    for (const variables of [
      { type: 'finding', project: 'p' },
      { status: 'FAILED' },
      { group: 'G1' },
      { path },
    ]) {
      expect((await send(list, variables)).body.data.analyses).toEqual({ items: [{ id }], nextCursor: null })
    }
    const first = await send(list, { limit: 1 })
    const second = await send(list, { limit: 1, cursor: first.body.data.analyses.nextCursor })
    expect(second.body.data.analyses.items[0].id).toBeLessThan(first.body.data.analyses.items[0].id)
  })
})

describe('an update', () => {
  it('replaces outputs that are given, clears them for null and leaves them alone otherwise', async () => {
    const id = await create({ outputs: { a: 1 }, meta: { x: 1, y: 2 } })
    const patch = `mutation ($id: Int!, $status: AnalysisStatus, $outputs: JSON, $meta: JSON) {
      analysis { updateAnalysis(analysisId: $id, analysis: { status: $status, outputs: $outputs, meta: $meta }) { status outputs meta } } }`
    // Each three times: whatever is kept of a document must not change what it does.
    for (let time = 0; time < 3; time++) {
      const answer = await send(patch, { id, status: 'COMPLETED', meta: { y: null } })
      expect(answer.body.data.analysis.updateAnalysis).toEqual({
        status: 'COMPLETED',
        outputs: { a: 1 },
        meta: { x: 1 },
      })
    }
    for (let time = 0; time < 3; time++) {
      const answer = await send(patch, { id, outputs: { b: [time] } })
      expect(answer.body.data.analysis.updateAnalysis).toMatchObject({
        status: 'COMPLETED',
        outputs: { b: [time] },
      })
    }
    await send(patch, { id, outputs: null })
    expect(await outputsOf(id)).toBeNull()
  })

  it('of an analysis that is not there is not_found', async () => {
    for (const id of [999999, 0, -5]) {
      const { answer, analysis } = await update(id, { status: 'FAILED' })
      expect([answer.status, analysis, answer.body.errors[0].extensions.code]).toEqual([
        200,
        null,
        'not_found',
      ])
    }
  })

  it('takes null, where the contract knows none, for nothing', async () => {
    const id = await create({ meta: { a: 1 } })
    const { analysis } = await update(id, { active: null, meta: null, status: null })
    expect(analysis).toMatchObject({ active: true, meta: { a: 1 }, status: 'QUEUED' })
  })
})

describe('a fault', () => {
  it('is told as by REST, all at once, with its place', async () => {
    const answer = await send(createDocument, {
      ...createVariables,
      type: '',
      sequencingGroupIds: ['', 'x'],
    })
    expect(answer.status).toBe(200)
    expect(answer.body.data.analysis).toEqual({ createAnalysis: null })
    expect(answer.body.errors[0]).toMatchObject({
      message: 'analysis.type must not be empty (and 1 more)',
      path: ['analysis', 'createAnalysis'],
      extensions: {
        code: 'invalid',
        details: [
          { field: 'analysis.type', message: 'must not be empty' },
          { field: 'analysis.sequencingGroupIds[0]', message: 'must not be empty' },
        ],
      },
    })
    const tree = await send(createDocument, { ...createVariables, outputs: { a: { basename: 'relative' } } })
    expect(tree.body.errors[0].extensions.details[0].field).toBe('outputs.a')
    const list = await send(createDocument, { ...createVariables, outputs: [1] })
    expect(list.body.errors[0].extensions.details[0].field).toBe('analysis.outputs')
  })

  it('of a role names the role', async () => {
    const { body: reader } = await app.request('POST', '/api/v1/tokens', { name: 'r', role: 'reader' })
    const answer = await sendGraphql(app, createDocument, createVariables, { token: reader.token })
    expect(answer.body.data).toEqual({ analysis: { createAnalysis: null } })
    expect(answer.body.errors[0]).toMatchObject({
      message: 'This call needs the role submitter; this token has the role reader',
      extensions: { code: 'forbidden' },
    })
  })
})
