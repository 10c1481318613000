import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { sendGraphql } from '../helpers/graphql.ts'
import { graphqlExamples, rootFields } from '../helpers/graphql-examples.ts'
import { startTestApp, type TestApp } from '../helpers/test-app.ts'

let app: TestApp
beforeAll(async () => {
  app = await startTestApp()
})
afterAll(() => app.stop())

let keys = 0
beforeEach(() => {
  keys += 1
})
const send = (query: string, variables?: object, key = `key-${keys}`) =>
  sendGraphql(app, query, variables, { headers: { 'idempotency-key': key } })

const input = (type: string) => `{ type: "${type}", status: QUEUED }`
const create = (alias: string, type: string) =>
  `${alias}: createAnalysis(project: "p", analysis: ${input(type)}) { id type }`

async function countAnalyses(): Promise<number> {
  const { rows } = await app.database.pool.query('select count(*)::int as n from analysis')
  return rows[0].n
}

describe('every mutation', () => {
  it('is refused to a reader, and writes once for its Idempotency-Key', async () => {
    const { body: reader } = await app.request('POST', '/api/v1/tokens', { name: 'r', role: 'reader' })
    const mutations = (await rootFields(app)).filter(({ name }) => name.startsWith('mutation'))
    expect(mutations.length).toBeGreaterThan(1)
    for (const { name, document } of mutations) {
      const example = await graphqlExamples(app)[name]?.()
      const args = example?.args ?? {}
      const refused = await sendGraphql(app, document(args), args, { token: reader.token })
      expect(refused.body.errors[0].extensions.code, name).toBe('forbidden')
      const first = await send(document(args), args, name)
      expect(first.body.errors, name).toBeUndefined()
      expect(first.headers, name).not.toHaveProperty('idempotent-replay')
      const second = await send(document(args), args, name)
      expect(second.body, name).toEqual(first.body)
      expect(second.headers, name).toHaveProperty('idempotent-replay', 'true')
    }
  })
})

describe('several mutations in one document', () => {
  it('run one after the other, in namespaces too', async () => {
    const names = Array.from({ length: 10 }, (_, index) => `a${index}`)
    const document = `mutation { one: analysis { ${names.map((name) => create(name, name)).join(' ')} } two: analysis { ${create('last', 'last')} } }`
    const { body } = await sendGraphql(app, document)
    const made = [...names.map((name) => body.data.one[name]), body.data.two.last]
    expect(made.map(({ type }) => type)).toEqual([...names, 'last'])
    const ids = made.map(({ id }) => id)
    expect(ids).toEqual(ids.toSorted((a, b) => a - b))
  })

  it('see what those before them wrote', async () => {
    const { body } = await sendGraphql(app, `mutation { analysis { ${create('a', 'first')} } }`)
    const { id } = body.data.analysis.a
    const change = (alias: string, n: number) =>
      `${alias}: updateAnalysis(analysisId: ${id}, analysis: { meta: { ${alias}: ${n} } }) { meta }`
    const answer = await sendGraphql(
      app,
      `mutation { analysis { ${change('a', 1)} ${change('b', 2)} ${change('c', 3)} } }`,
    )
    expect(answer.body.data.analysis).toEqual({
      a: { meta: { a: 1 } },
      b: { meta: { a: 1, b: 2 } },
      c: { meta: { a: 1, b: 2, c: 3 } },
    })
  })

  it('stand and fall each for itself', async () => {
    const before = await countAnalyses()
    const { body } = await sendGraphql(
      app,
      `mutation { analysis { ${create('a', 'a')} ${create('b', '')} ${create('c', 'c')} } }`,
    )
    expect(body.data.analysis).toMatchObject({ a: { type: 'a' }, b: null, c: { type: 'c' } })
    expect(body.errors).toMatchObject([{ path: ['analysis', 'b'], extensions: { code: 'invalid' } }])
    expect(await countAnalyses()).toBe(before + 2)
  })
})

describe('an Idempotency-Key', () => {
  it('is one for each field: two are written, and a retry gives both again', async () => {
    const before = await countAnalyses()
    const document = `mutation { analysis { ${create('a', 'same')} ${create('b', 'same')} } }`
    const first = await send(document)
    expect(first.body.data.analysis.a.id).not.toBe(first.body.data.analysis.b.id)
    const second = await send(document)
    expect(second.body).toEqual(first.body)
    expect(second.headers).toHaveProperty('idempotent-replay', 'true')
    expect(await countAnalyses()).toBe(before + 2)
  })

  it('lets a document that failed in part be sent again mended', async () => {
    const before = await countAnalyses()
    const document = (type: string) => `mutation { analysis { ${create('a', 'a')} ${create('b', type)} } }`
    const first = await send(document(''))
    const second = await send(document('b'))
    expect(second.body.data.analysis.a).toEqual(first.body.data.analysis.a)
    expect(second.body.data.analysis.b.type).toBe('b')
    expect(second.headers).not.toHaveProperty('idempotent-replay')
    expect(await countAnalyses()).toBe(before + 2)
  })

  it('is compared by the arguments, and may ask for other fields of the answer', async () => {
    const document = (fields: string) =>
      `mutation ($type: String!) { analysis { createAnalysis(project: "p", analysis: { status: QUEUED, type: $type }) { ${fields} } } }`
    const first = await send(document('id'), { type: 'x' })
    const more = await send(document('id type project'), { type: 'x' })
    expect(more.body.data.analysis.createAnalysis).toEqual({
      id: first.body.data.analysis.createAnalysis.id,
      type: 'x',
      project: 'p',
    })
    const other = await send(document('id'), { type: 'y' })
    expect(other.body.data.analysis.createAnalysis).toBeNull()
    expect(other.body.errors[0].extensions.code).toBe('idempotency_mismatch')
  })

  it('ten times at one moment makes one', async () => {
    const before = await countAnalyses()
    const document = `mutation { analysis { ${create('a', 'same')} } }`
    const answers = await Promise.all(Array.from({ length: 10 }, () => send(document)))
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1)
    expect(answers[0]?.body.errors).toBeUndefined()
    expect(await countAnalyses()).toBe(before + 1)
  })

  it('is not that of a call over REST, and is refused where it is none', async () => {
    const document = `mutation { analysis { createAnalysis(project: "p", analysis: ${input('t')}) { id } } }`
    const rest = await app.request('POST', '/api/v1/analysis/p', { type: 't', status: 'queued' }, undefined, {
      'idempotency-key': `key-${keys}`,
    })
    const answer = await send(document)
    expect(answer.body.data.analysis.createAnalysis.id).not.toBe(rest.body.id)
    const empty = await send(document, {}, '')
    expect(empty.body.errors[0].extensions).toMatchObject({
      code: 'invalid',
      details: [{ field: 'Idempotency-Key' }],
    })
  })
})
