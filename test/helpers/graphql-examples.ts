import {
  buildClientSchema,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLOutputType,
  getIntrospectionQuery,
  getNamedType,
  isLeafType,
} from 'graphql'
import { sendGraphql } from './graphql.ts'
import { analysisBody, jobBody, makeAnalysis, makeFile, makeOne, makeRun, marker } from './route-examples.ts'
import type { TestApp } from './test-app.ts'

/** Arguments with which a field answers the owner of the first org, and what another org gets for the same. */
export interface GraphqlExample {
  args: Record<string, unknown>
  foreign: 'nothing is there' | 'an empty page' | 'something of its own'
}

/** A new field at the top of the schema, or in a namespace of its mutations, needs an example here. */
export function graphqlExamples(app: TestApp): Record<string, () => Promise<GraphqlExample>> {
  const unknown = (args: object): GraphqlExample => ({ args: { ...args }, foreign: 'nothing is there' })
  const analysisId = async () => Number((await makeAnalysis(app)).split('/').at(-1))
  const input = async () => ({ ...(await analysisBody(app)), status: 'COMPLETED' })
  return {
    'query job': async () => unknown({ id: await makeOne(app, '/jobs', await jobBody(app)) }),
    'query run': async () => unknown({ id: Number((await makeRun(app)).split('/').at(-1)) }),
    'query file': async () => unknown({ id: await makeFile(app) }),
    'query files': async () => {
      await makeFile(app)
      return { args: { limit: 10 }, foreign: 'an empty page' }
    },
    'query analysis': async () => unknown({ id: await analysisId() }),
    'query analyses': async () => {
      await makeAnalysis(app)
      return { args: { limit: 10 }, foreign: 'an empty page' }
    },
    'mutation analysis createAnalysis': async () => ({
      args: { project: marker, analysis: await input() },
      foreign: 'something of its own',
    }),
    'mutation analysis updateAnalysis': async () => {
      const outputs = { note: marker }
      return unknown({ analysisId: await analysisId(), analysis: { outputs, meta: { note: marker } } })
    },
  }
}

export interface RootField {
  /** `query file`, `mutation analysis createAnalysis` */
  name: string
  /** Asks for all there is below the field. */
  document(args: object): string
}

/** Every field at the top of the schema as it is served, those of the mutations' namespaces one by one. */
export async function rootFields(app: TestApp): Promise<RootField[]> {
  const { body } = await sendGraphql(app, getIntrospectionQuery())
  const schema = buildClientSchema(body.data)
  const queries = fieldsOf(schema.getQueryType()).map((field) => rootField(['query'], field))
  const mutations = fieldsOf(schema.getMutationType()).flatMap((noun) =>
    fieldsOf(getNamedType(noun.type) as GraphQLObjectType).map((field) =>
      rootField(['mutation', noun.name], field),
    ),
  )
  return [...queries, ...mutations]
}

function fieldsOf(type: GraphQLObjectType | null | undefined): GraphQLField<unknown, unknown>[] {
  return Object.values(type?.getFields() ?? {})
}

function rootField(place: string[], field: GraphQLField<unknown, unknown>): RootField {
  const [operation = '', ...namespaces] = place
  return {
    name: [...place, field.name].join(' '),
    document: (args) => {
      const given = field.args.filter(({ name }) => name in args)
      const declared = given.map(({ name, type }) => `$${name}: ${type}`).join(', ')
      const passed = given.map(({ name }) => `${name}: $${name}`).join(', ')
      const whole = `${field.name}(${passed}) ${selectionOf(field.type)}`
      return `${operation} (${declared}) ${namespaces.reduceRight((inner, name) => `{ ${name} ${inner} }`, `{ ${whole} }`)}`
    },
  }
}

function selectionOf(type: GraphQLOutputType): string {
  const named = getNamedType(type)
  if (isLeafType(named)) return ''
  const fields = fieldsOf(named as GraphQLObjectType)
  return `{ ${fields.map((field) => `${field.name} ${selectionOf(field.type)}`).join(' ')} }`
}
