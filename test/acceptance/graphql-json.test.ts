import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sendGraphql } from '../helpers/graphql.ts'
import { startTestApp, type TestApp } from '../helpers/test-app.ts'

let app: TestApp
beforeAll(async () => {
  app = await startTestApp()
})
afterAll(() => app.stop())

const documentWith = (outputs: string, declared = '') =>
  `mutation ${declared} { analysis { createAnalysis(project: "p", analysis: { type: "t", status: QUEUED, meta: { a: ${outputs} } }) { meta } } }`
const asLiteral = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(asLiteral).join(' ')}]`
  if (typeof value === 'object' && value !== null) {
    return `{${Object.entries(value)
      .map(([key, child]) => `${key}: ${asLiteral(child)}`)
      .join(' ')}}`
  }
  return JSON.stringify(value)
}
const metaOf = async (document: string, variables: object = {}) => {
  const answer = await sendGraphql(app, document, variables)
  expect(answer.body.errors, document).toBeUndefined()
  return answer.body.data.analysis.createAnalysis.meta.a
}

const anyValue = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(null, true, false),
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true, noInteger: true }),
    fc.string({ unit: 'grapheme' }),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.stringMatching(/^[A-Za-z][A-Za-z0-9_]{0,8}$/), tie('value'), {
      maxKeys: 4,
      noNullPrototype: true,
    }),
  ),
})).value

describe('any JSON value', () => {
  it('comes back as it was sent, as a variable and written in the document', async () => {
    const asVariable = documentWith('$a', '($a: JSON)')
    await fc.assert(
      fc.asyncProperty(anyValue, async (value) => {
        const expected = JSON.parse(JSON.stringify(value))
        expect(await metaOf(asVariable, { a: value })).toEqual(expected)
        expect(await metaOf(documentWith(asLiteral(value)))).toEqual(expected)
      }),
      { numRuns: 60 },
    )
  })

  it('may hold variables in its midst, each time', async () => {
    const document = documentWith('{ list: [1 $a] one: $b none: $c }', '($a: JSON, $b: String, $c: Int)')
    for (let time = 0; time < 3; time++) {
      expect(await metaOf(document, { a: { x: [time] }, b: 'text' })).toEqual({
        list: [1, { x: [time] }],
        one: 'text',
      })
    }
  })
})

describe('what no body may hold', () => {
  const deep = (levels: number) => `${'['.repeat(levels)}1${']'.repeat(levels)}`
  it.each([
    ['nested too deep', deep(201)],
    ['NUL', '"a\\u0000"'],
    ['NUL in braces', '"a\\u{0}"'],
    ['a number too large', '1e999'],
    ['a number that would be rounded', '12345678901234567891'],
    ['__proto__', '{ __proto__: { a: 1 } }'],
    ['half a surrogate pair', '"\\ud800"'],
    ['a name that is no text', '{ a: QUEUED }'],
  ])('is not taken written in the document either: %s', async (_, literal) => {
    const answer = await sendGraphql(app, documentWith(literal))
    expect(answer.status, JSON.stringify(answer.body)).toBeGreaterThanOrEqual(400)
    expect(answer.status).toBeLessThan(500)
    expect(answer.body).not.toHaveProperty('data')
  })

  it('is not taken put together of a document and its variables', async () => {
    const value = JSON.parse(deep(150))
    const answer = await sendGraphql(app, documentWith(deep(150).replace('1', '$a'), '($a: JSON)'), {
      a: value,
    })
    expect(answer.body.errors[0].extensions.code).toBe('invalid')
    expect(answer.body.errors[0].message.length).toBeLessThan(2100)
  })

  it('leaves no trace in what all objects share', () => {
    expect(({} as { a?: number }).a).toBeUndefined()
  })
})
