import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sendGraphql } from '../helpers/graphql.ts'
import { startTestApp, type TestApp } from '../helpers/test-app.ts'

let app: TestApp
beforeAll(async () => {
  app = await startTestApp()
  await sendGraphql(app, '{ __typename }')
})
afterAll(() => app.stop())

const many = (count: number, text: (index: number) => string) =>
  Array.from({ length: count }, (_, i) => text(i)).join(' ')
const deep = (count: number, open: string, close: string) => `${open.repeat(count)}${close.repeat(count)}`
const chain = (length: number, width: number) =>
  many(length, (i) => `fragment F${i} on Query { ${many(width, (w) => `x${w}: __typename ...F${i + 1}`)} }`)

/** Each took less than 100 ms on a machine of its own. */
const atOnceMs = 2_000

const hostile: [what: string, document: string][] = [
  ['a selection of 15,000 levels', deep(15_000, '{ a ', '}')],
  ['a selection of 21 levels', `{ job(id: 1) ${'{ kases '.repeat(20)} { id } ${'}'.repeat(20)} }`],
  ['inline fragments of 15,000 levels', `{ ${deep(15_000, '... { ', '}')} }`],
  ['a list of 15,000 levels', `{ files(name: ${deep(15_000, '[', ']')}) { nextCursor } }`],
  ['an object of 15,000 levels', `{ files(name: ${deep(15_000, '{a:', '}')}) { nextCursor } }`],
  ['a type of 15,000 levels', `query ($a: ${deep(15_000, '[', ']')}) { __typename }`],
  ['brackets that are never closed', '{'.repeat(200_000)],
  ['10,000 aliases', `{ ${many(10_000, (i) => `a${i}: __typename`)} }`],
  ['51 aliases', `{ ${many(51, (i) => `a${i}: job(id: 1) { id }`)} }`],
  ['51 aliases below', `{ job(id: 1) { ${many(51, (i) => `a${i}: id`)} } }`],
  [
    'ten aliases in ten aliases',
    `{ ${many(10, (i) => `a${i}: job(id: 1) { ${many(10, (j) => `b${j}: kases { id }`)} }`)} }`,
  ],
  [
    'aliases by way of a fragment',
    `{ job(id: 1) { ...A ...A } } fragment A on Job { ${many(26, (i) => `a${i}: id`)} }`,
  ],
  ['10,000 times the same field', `{ ${many(10_000, () => '__typename')} }`],
  [
    '10,000 times the same field in an unused fragment',
    `{ __typename } fragment F on Query { ${many(10_000, () => '__typename')} }`,
  ],
  [
    '60 fields at the top',
    `{ ${many(60, (i) => (i % 2 ? `a${i}: job(id: 1) { id }` : `a${i}: file(id: 1) { id }`))} }`,
  ],
  ['fragments that multiply', `{ ...F0 } ${chain(30, 2)} fragment F30 on Query { __typename }`],
  ['a chain of 3,000 fragments', `{ ...F0 } ${chain(3_000, 1)} fragment F3000 on Query { __typename }`],
  ['fragments in a circle', '{ ...A } fragment A on Query { ...B ...B } fragment B on Query { ...A ...A }'],
  ['6,000 directives', `{ __typename ${many(6_000, () => '@a')} }`],
  ['4,900 variables', `query (${many(4_900, (i) => `$a${i}: Int`)}) { __typename }`],
  [
    'a type of types of types',
    `{ __schema { types { ${'fields { type { '.repeat(6)} name ${'} }'.repeat(6)} } } }`,
  ],
  [
    'the schema 50 times',
    `{ ${many(50, (i) => `a${i}: __schema { types { fields { type { fields { type { name } } } } } }`)} }`,
  ],
  ['a document of 1 MB', `{ __typename } #${'x'.repeat(1024 * 1024)}`],
  ['100,000 unknown fields', `{ ${many(100_000, (i) => `unknown${i}`)} }`],
  ['4,000 unknown fields', `{ job(id: 1) { ${many(4_000, (i) => `descriptionn${i}`)} } }`],
]

describe('a hostile document', () => {
  it.each(hostile)('is refused at once: %s', async (_, document) => {
    for (let time = 0; time < 2; time++) {
      const startedAt = performance.now()
      const answer = await sendGraphql(app, document)
      expect(performance.now() - startedAt).toBeLessThan(atOnceMs)
      expect(answer.status, JSON.stringify(answer.body).slice(0, 300)).toBeGreaterThanOrEqual(400)
      expect(answer.status).toBeLessThan(500)
      expect(['too_large', 'malformed_request']).toContain(answer.body.errors[0].extensions.code)
    }
  })

  it('is a list of many requests', async () => {
    const startedAt = performance.now()
    const answer = await app.request('POST', '/graphql', Array(100_000).fill({ query: '{ __typename }' }))
    expect(answer.status).toBe(422)
    expect(performance.now() - startedAt).toBeLessThan(atOnceMs)
  })

  it('says which limit it is over', async () => {
    const limitOf = async (document: string) => (await sendGraphql(app, document)).body.errors[0].message
    expect(await limitOf(`{ ${many(51, (i) => `a${i}: __typename`)} }`)).toMatch('limit of')
    expect(await limitOf(`{ job(id: 1) { ${many(51, (i) => `a${i}: id`)} } }`)).toBe(
      'The document asks for job.id more often than the limit of 50 allows',
    )
  })
})

describe('a modest document', () => {
  it('is answered: 50 aliases, the schema told several times', async () => {
    const aliases = await sendGraphql(app, `{ ${many(50, (i) => `a${i}: files { nextCursor }`)} }`)
    expect(aliases.body.errors).toBeUndefined()
    const startedAt = performance.now()
    const schema = await sendGraphql(
      app,
      `{ ${many(4, (i) => `a${i}: __schema { types { fields { type { name fields { name type { name } } } } } }`)} }`,
    )
    expect(schema.status, JSON.stringify(schema.body).slice(0, 300)).toBe(200)
    expect(performance.now() - startedAt).toBeLessThan(atOnceMs)
  })
})
