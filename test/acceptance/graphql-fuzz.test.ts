import fc from 'fast-check'
import {
  buildClientSchema,
  type GraphQLField,
  type GraphQLObjectType,
  getIntrospectionQuery,
  getNamedType,
  isLeafType,
} from 'graphql'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sendGraphql } from '../helpers/graphql.ts'
import { graphqlExamples } from '../helpers/graphql-examples.ts'
import { startTestApp, type TestApp } from '../helpers/test-app.ts'

let app: TestApp
beforeAll(async () => {
  app = await startTestApp()
  for (const name of ['query job', 'query analysis']) await graphqlExamples(app)[name]?.()
})
afterAll(() => app.stop())

const numRuns = process.env.WAYBILL_TEST_SHORT === '1' ? 30 : 150

describe('any document', () => {
  it('is answered with something below 500', async () => {
    const token = fc.constantFrom(
      ...[
        '{',
        '}',
        '(',
        ')',
        '[',
        ']',
        ':',
        '!',
        '$a',
        '...',
        '@include',
        '"x"',
        '"""',
        '1',
        '-',
        'null',
        '#',
        '\\u{0}',
      ],
      ...[
        'query',
        'mutation',
        'subscription',
        'fragment',
        'on',
        'Query',
        'F',
        'job',
        'files',
        'id',
        '__schema',
        'type',
      ],
    )
    const text = fc.oneof(
      fc.array(token, { maxLength: 30 }).map((tokens) => tokens.join(' ')),
      fc.string({ unit: 'binary' }),
    )
    await fc.assert(
      fc.asyncProperty(
        text,
        fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 2 }),
        async (query, variables) => {
          const answer = await sendGraphql(app, query, variables)
          expect(answer.status, JSON.stringify(answer.body)).toBeLessThan(500)
          expect(JSON.stringify(answer.body)).not.toContain('"internal"')
        },
      ),
      { numRuns: numRuns * 2 },
    )
  })
})

describe('a query that is compiled', () => {
  it('answers what it answers when it is executed', async () => {
    const { body } = await sendGraphql(app, getIntrospectionQuery())
    const query = buildClientSchema(body.data).getQueryType()
    const variables = fc.record({ id: fc.integer({ min: 0, max: 2 }), yes: fc.boolean() })
    await fc.assert(
      fc.asyncProperty(
        selectionOf(query),
        fc.array(variables, { minLength: 2, maxLength: 4 }),
        async (text, given) => {
          const fragment = `fragment F on Job { id kases @skip(if: $yes) { id casefile { auxFiles { path } } } }`
          const document = (n: number) =>
            `query N${n}($id: Int!, $yes: Boolean!) { used: job(id: $id) { ...F @include(if: $yes) id } ${text} } ${fragment}`
          for (const [n, each] of given.entries()) {
            const executed = await answerTo(document(n), each)
            for (let time = 0; time < 2; time++) {
              expect(await answerTo(document(n), each), document(n)).toEqual(executed)
            }
          }
        },
      ),
      { numRuns: numRuns / 5 },
    )
  })
})

/** Fields at the top are asked at the same time, and so fail in any order. */
async function answerTo(document: string, variables: object) {
  const { data, errors = [] } = (await sendGraphql(app, document, variables)).body
  const inOrder = errors.toSorted((a: object, b: object) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
  return JSON.stringify({ data, errors: inOrder })
}

/** Some of the fields of a type, some under other names, some only where `$yes` says so. */
function selectionOf(type: GraphQLObjectType | null | undefined, depth = 0): fc.Arbitrary<string> {
  const fields = Object.values(type?.getFields() ?? {})
  const known = fields.filter((field) => depth < 6 || isLeafType(getNamedType(field.type)))
  const some = fc.subarray(known, { minLength: 1, maxLength: Math.min(4, known.length) })
  return some
    .chain((chosen) => fc.tuple(...chosen.map((field) => fieldText(field, depth))))
    .map((texts) => `${texts.join(' ')} __typename`)
}

function fieldText(field: GraphQLField<unknown, unknown>, depth: number): fc.Arbitrary<string> {
  const type = getNamedType(field.type)
  const below = isLeafType(type)
    ? fc.constant('')
    : selectionOf(type as GraphQLObjectType, depth + 1).map((text) => `{ ${text} }`)
  const args = field.args.some(({ name }) => name === 'id') ? '(id: $id)' : ''
  const alias = fc.constantFrom('', `my_${field.name}: `)
  const directive = fc.constantFrom('', '', '@include(if: $yes)', '@skip(if: $yes)')
  return fc
    .tuple(alias, directive, below)
    .map(([name, when, inner]) => `${name}${field.name}${args} ${when} ${inner}`)
}
