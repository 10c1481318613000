import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { asGraphql, sendGraphql } from '../helpers/graphql.ts'
import { startTestApp, type TestApp } from '../helpers/test-app.ts'

let app: TestApp
let job: Record<string, unknown>
const logLines: string[] = []
beforeAll(async () => {
  app = await startTestApp({ logLines })
  const file = (name: string) => ({ file_name: name, path: join(app.files, name) })
  await writeFile(join(app.files, 'pvt.tab'), 'table')
  const answer = await app.request('POST', '/api/v1/jobs', {
    job: {
      description: 'd',
      project_name: 'North Sea',
      olga_version: '7.3.5',
      launch_time: '2030-01-01T00:00:00Z',
    },
    casefiles: [
      {
        ...file('a.genkey'),
        status: 1,
        modules: ['Pipeline'],
        aux_files: [file('pvt.tab'), file('lost.tab')],
      },
      file('b.genkey'),
    ],
  })
  job = answer.body
})
afterAll(() => app.stop())

const send = (query: string, variables?: object, options = {}) => sendGraphql(app, query, variables, options)

const wholeJob = `query Job($id: Int!) {
  job(id: $id) {
    id description projectId projectName status priorityId progress submitTime startTime endTime runTime
    numparallelsims olgaVersionId olgaVersion engineId launchTime pauseFlag killFlag createdAt updatedAt kasesCount
    kases {
      id casefileId status progress
      casefile { id fileName path modificationTime status modules
        auxFiles { id fileName path modificationTime isOutput isDownloaded } }
      simulations { id statusId progress startTime endTime simTime machineId }
    }
  }
}`

describe('a query', () => {
  it('answers a job as REST does, the first time and when the document is known', async () => {
    for (let time = 0; time < 3; time++) {
      const answer = await send(wholeJob, { id: job.id })
      expect(answer.body).toEqual({ data: { job: asGraphql(job) } })
      expect([answer.status, answer.headers['content-type']]).toEqual([
        200,
        'application/json; charset=utf-8',
      ])
    }
  })

  it('answers a file as REST does', async () => {
    const page = await app.request('GET', '/api/v1/files?name=pvt.tab')
    const rest = await app.request('GET', `/api/v1/files/${page.body.items[0].id}`)
    const answer = await send(
      `query ($id: Int!) { file(id: $id) {
        id path name state reason checkedAt size fileChecksum version kind basename dirname nameroot nameext
        versions { version size fileChecksum sha256 generation modifiedAt memberCount membersDigest createdAt }
        companions { id path name subject place } uses { subject place direction version createdAt } } }`,
      { id: rest.body.id },
    )
    expect(answer.body).toEqual({ data: { file: asGraphql(rest.body) } })
    expect(answer.body.data.file).toMatchObject({ state: 'VERIFIED', kind: 'FILE', size: 5 })
  })

  it('lists files page by page, by what the arguments say', async () => {
    const list = `query ($ext: String, $state: FileState, $cursor: String, $limit: Int) {
      files(ext: $ext, state: $state, cursor: $cursor, limit: $limit, direction: IN) { items { id name } nextCursor } }`
    const all = await send(list)
    expect(all.body.data.files.items.map(({ name }: { name: string }) => name).sort()).toEqual([
      'a.genkey',
      'b.genkey',
      'lost.tab',
      'pvt.tab',
    ])
    const first = await send(list, { limit: 3, cursor: null })
    expect(first.body.data.files.items).toEqual(all.body.data.files.items.slice(0, 3))
    const second = await send(list, { limit: 3, cursor: first.body.data.files.nextCursor })
    expect(second.body.data.files).toEqual({ items: all.body.data.files.items.slice(3), nextCursor: null })
    const missing = await send(list, { ext: '.tab', state: 'MISSING' })
    expect(missing.body.data.files.items).toMatchObject([{ name: 'lost.tab' }])
  })

  it('may ask for several things at once, under names of its own', async () => {
    const answer = await send(
      `{ a: job(id: ${job.id}) { id } b: job(id: 999999) { id } files(limit: 1) { nextCursor } }`,
    )
    expect(answer.status).toBe(200)
    expect(answer.body.data).toEqual({
      a: { id: job.id },
      b: null,
      files: { nextCursor: expect.any(String) },
    })
    expect(answer.body.errors).toEqual([
      {
        message: 'Job not found',
        locations: [{ line: 1, column: 24 }],
        path: ['b'],
        extensions: { code: 'not_found', details: [] },
      },
    ])
  })

  it('runs the operation that it names, each time', async () => {
    const document = `query One { job(id: ${job.id}) { id } } query Two { files { nextCursor } }`
    for (const operationName of ['One', 'One', 'Two', 'Two', 'One']) {
      const answer = await send(document, {}, { operationName })
      expect(Object.keys(answer.body.data)).toEqual([operationName === 'One' ? 'job' : 'files'])
    }
  })

  it('skips and includes, spreads fragments and knows the names of types', async () => {
    const document = `query ($id: Int!, $with: Boolean!) { job(id: $id) { ...Names @include(if: $with) kases @skip(if: $with) { id } } }
      fragment Names on Job { __typename description }`
    for (let time = 0; time < 2; time++) {
      const withNames = await send(document, { id: job.id, with: true })
      expect(withNames.body).toEqual({ data: { job: { __typename: 'Job', description: 'd' } } })
      const without = await send(document, { id: job.id, with: false })
      expect(Object.keys(without.body.data.job)).toEqual(['kases'])
    }
  })

  it('is answered with a trailing slash too, and by POST only', async () => {
    expect((await app.request('POST', '/graphql/', { query: '{ __typename }' })).body).toEqual({
      data: { __typename: 'Query' },
    })
    const get = await app.request('GET', '/graphql?query={__typename}')
    expect([get.status, get.headers.allow]).toEqual([404, 'POST'])
  })

  it('ignores an Idempotency-Key, which has nothing to keep from being done twice', async () => {
    const answer = await send('{ __typename }', {}, { headers: { 'idempotency-key': '' } })
    expect(answer.body).toEqual({ data: { __typename: 'Query' } })
  })
})

describe('an error', () => {
  it('of an unknown id leaves null in its place', async () => {
    for (const id of [999999, 0, -1, 2_147_483_647]) {
      for (let time = 0; time < 2; time++) {
        const answer = await send('query ($id: Int!) { file(id: $id) { id } }', { id })
        expect([answer.status, answer.body.data]).toEqual([200, { file: null }])
        expect(answer.body.errors[0]).toMatchObject({
          message: 'File not found',
          path: ['file'],
          extensions: { code: 'not_found' },
        })
      }
    }
  })

  it('of an argument says which, what was found and what is needed', async () => {
    const answer = await send(`{ files(limit: 0, name: "${'x'.repeat(5000)}") { nextCursor } }`)
    expect(answer.status).toBe(200)
    expect(answer.body.errors[0].extensions).toEqual({
      code: 'invalid',
      details: [
        { field: 'limit', message: 'must be at least 1, not 0' },
        { field: 'name', message: 'must have at most 4096 characters, not 5000' },
      ],
    })
    const prefix = await send(`{ files(pathPrefix: "${'x'.repeat(9000)}") { nextCursor } }`)
    expect(prefix.body.errors[0].extensions.details[0].field).toBe('pathPrefix')
    const cursor = await send('{ files(cursor: "nonsense") { nextCursor } }')
    expect(cursor.body.errors[0].extensions.code).toBe('invalid_query')
  })

  it('of ours says nothing of its inside, and is logged', async () => {
    await app.database.pool.query('alter table job rename to job_away')
    const answer = await send(`{ job(id: ${job.id}) { id } files { nextCursor } }`)
    await app.database.pool.query('alter table job_away rename to job')
    expect(answer.status).toBe(200)
    expect(answer.body.data).toMatchObject({ job: null, files: {} })
    expect(answer.body.errors).toMatchObject([
      {
        message: 'Waybill failed; the request left nothing behind',
        extensions: { code: 'internal', details: [] },
      },
    ])
    expect(JSON.stringify(answer.body)).not.toContain('relation')
    expect(logLines.filter((line) => line.includes('"level":50') && line.includes('relation'))).toHaveLength(
      1,
    )
  })
})

describe('what is not executed', () => {
  it.each([
    ['{ job(id: 1) { id }', 'Syntax Error: Expected Name, found <EOF>.'],
    ['', 'Syntax Error: Unexpected <EOF>.'],
    ['{"kind":"Document","definitions":[null]}', 'Syntax Error'],
    ['{ nothing }', 'Cannot query field "nothing" on type "Query".'],
    ['{ job { id } }', 'argument "id"'],
    ['{ job(id: "1") { id } }', 'Int cannot represent non-integer value: "1"'],
    ['{ job(id: 99999999999) { id } }', 'Int cannot represent non 32-bit signed integer value'],
    ['{ files(state: verified) { nextCursor } }', 'Did you mean the enum value "VERIFIED"'],
    ['subscription { job }', 'nothing that a subscription could ask for'],
    ['mutation { deleteAll }', 'Cannot query field "deleteAll" on type "Mutation"'],
    ['type Query { a: Int }', 'is not executable'],
    ['query A { __typename } query B { __typename }', 'say in operationName which one'],
    ['query A { ...F } fragment F on Query { ...F }', 'Cannot spread fragment "F" within itself'],
  ])('is 400 in the form of GraphQL: %s', async (document, message) => {
    for (let time = 0; time < 2; time++) {
      const answer = await send(document)
      expect(answer.status, JSON.stringify(answer.body)).toBe(400)
      expect(Object.keys(answer.body)).toEqual(['errors'])
      expect(answer.body.errors[0].extensions).toEqual({ code: 'malformed_request', details: [] })
      expect(answer.body.errors[0].message).toContain(message)
    }
  })

  it('has the place of each fault', async () => {
    const answer = await send('{\n  nothing\n  naught }')
    expect(answer.body.errors.map(({ locations }: { locations: unknown }) => locations)).toEqual([
      [{ line: 2, column: 3 }],
      [{ line: 3, column: 3 }],
    ])
  })

  it('are variables that do not fit, each time', async () => {
    const document = 'query ($id: Int!) { job(id: $id) { id } }'
    for (let time = 0; time < 3; time++) {
      for (const variables of [{}, { id: null }, { id: '1' }, { id: 1.5 }, { id: [1] }, undefined]) {
        const answer = await send(document, variables)
        expect([answer.status, answer.body.errors[0].extensions.code]).toEqual([400, 'malformed_request'])
        expect(answer.body.errors[0].message).toContain('$id')
        expect(answer.body).not.toHaveProperty('data')
      }
      const misspelt = await send(document, { id: 1, identity: 2 })
      expect([misspelt.status, misspelt.body.errors[0].extensions.details[0].field]).toEqual([
        400,
        'variables.identity',
      ])
    }
  })

  it('is an argument that a variable leaves null', async () => {
    for (let time = 0; time < 3; time++) {
      const answer = await send('query ($id: Int = 5) { job(id: $id) { id } }', { id: null })
      expect(answer.body.errors[0].extensions.code).toBe('invalid')
    }
  })
})

describe('a body that is no GraphQL request', () => {
  it.each([
    [{}, 'query', 'is required'],
    [{ query: 1 }, 'query', 'must be a text, not 1'],
    [{ query: '{ __typename }', variables: [] }, 'variables', ''],
    [{ query: '{ __typename }', operationName: 1 }, 'operationName', ''],
    [{ query: '{ __typename }', extension: {} }, 'extension', 'is not a field of this request'],
    [[{ query: '{ __typename }' }], '', 'must be an object, not a list'],
    [{ query: '{ __typename }', variables: { a: '\0' } }, 'variables.a', 'U+0000'],
  ])('is 422, and says where: %j', async (body, field, message) => {
    const answer = await app.request('POST', '/graphql', body)
    expect(answer.status).toBe(422)
    expect(answer.body.details[0].field).toBe(field)
    expect(answer.body.details[0].message).toContain(message)
  })

  it('is null where something else may stand', async () => {
    const body = { query: '{ __typename }', variables: null, operationName: null, extensions: null }
    expect((await app.request('POST', '/graphql', body)).body).toEqual({ data: { __typename: 'Query' } })
  })

  it('is 415 where it is no JSON, and 401 where nobody is known', async () => {
    const text = await app.request('POST', '/graphql', '{ __typename }', undefined, {
      'content-type': 'application/graphql',
    })
    expect(text.status).toBe(415)
    const stranger = await sendGraphql(app, '{ __typename }', {}, { token: 'wb_nobody' })
    expect([stranger.status, stranger.body.error]).toEqual([401, 'Unauthorized'])
  })
})
