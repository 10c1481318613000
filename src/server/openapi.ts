import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance, FastifySchema, RouteOptions } from 'fastify'
import { ErrorBody } from '../contract/common.ts'
import { packageMigrations } from '../db/migration-files.ts'
import { bodyExamples } from './openapi-examples.ts'
import { nameModels } from './openapi-models.ts'
import {
  accessWords,
  answerWords,
  pageDescription,
  rawBodyWords,
  tags,
  tokenDescription,
} from './openapi-words.ts'

interface PackageInfo {
  version: string
  license: string
}

/** Register before the routes: it collects them as they come. */
export async function registerOpenApi(app: FastifyInstance): Promise<void> {
  const packageFile = readFileSync(join(dirname(packageMigrations), 'package.json'), 'utf8')
  const packageInfo: PackageInfo = JSON.parse(packageFile)
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Waybill',
        version: packageInfo.version,
        description: pageDescription,
        license: { name: packageInfo.license, identifier: packageInfo.license },
      },
      tags: [...tags],
      components: {
        securitySchemes: { token: { type: 'http', scheme: 'bearer', description: tokenDescription } },
      },
    },
    transform: ({ schema, url, route }) => ({
      schema: describeRoute(schema ?? {}, url, route),
      // What belongs to an org is shown under the name that its users know.
      url: url.replace('/orgs/:org/', '/org/:org/'),
    }),
    transformObject: (document) =>
      'openapiObject' in document ? nameModels(withWords(document.openapiObject)) : document.swaggerObject,
  })
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    uiConfig: {
      layout: 'BaseLayout',
      docExpansion: 'list',
      deepLinking: true,
      persistAuthorization: true,
      tryItOutEnabled: true,
    },
    theme: { title: 'Waybill: the API' },
  })
  app.get('/openapi.json', { config: { access: 'public' }, schema: { hide: true } }, async () =>
    app.swagger(),
  )
  app.get('/', { config: { access: 'public' }, schema: { hide: true } }, async (_request, reply) =>
    reply.redirect('/docs', 302),
  )
}

function describeRoute(schema: FastifySchema, url: string, route: RouteOptions): FastifySchema {
  if (schema.hide || isAlias(url)) return { ...schema, hide: true }
  const { access = 'reader', creates, form } = route.config ?? {}
  const words = [schema.description, accessWords(access)].filter((text) => text !== undefined)
  const documented = {
    ...schema,
    ...(form === undefined ? {} : { body: form }),
    operationId: schema.operationId ?? operationIdOf(String(route.method), url),
    tags: schema.tags ?? [tagOf(url)],
    description: words.join('\n\n'),
    security: access === 'public' ? [] : [{ token: [] }],
    response: { '4xx': ErrorBody, '5xx': ErrorBody, ...(schema.response as object | undefined) },
    ...(creates === undefined && url !== '/graphql' ? {} : { headers: idempotencyHeader }),
  }
  return Object.assign(documented, { 'x-required-role': access })
}

const idempotencyHeader = {
  type: 'object',
  properties: {
    'Idempotency-Key': {
      type: 'string',
      maxLength: 255,
      description: 'Asked again with the same key and content within 24 hours, the first answer is given.',
    },
  },
}

interface Operation {
  operationId?: string
  requestBody?: { description?: string; content?: Record<string, object> }
  responses?: Record<string, { description?: string }>
}

/** What the generator cannot know: bodies that can be sent as they are, and what an answer means. */
function withWords<T extends { paths?: object }>(document: T): T {
  const operations = Object.values(document.paths ?? {}).flatMap((path: object) => Object.values(path))
  for (const { operationId = '', requestBody, responses = {} } of operations as Operation[]) {
    const json = requestBody?.content?.['application/json']
    if (json !== undefined && Object.hasOwn(bodyExamples, operationId)) {
      Object.assign(json, { example: bodyExamples[operationId] })
    }
    if (requestBody?.content !== undefined) describeRawBodies(requestBody, requestBody.content)
    for (const [status, answer] of Object.entries(responses)) {
      if (answer.description === 'Default Response') answer.description = answerWords(status)
    }
  }
  return document
}

/** Where a form is taken a body of another type is a file, and no form. */
function describeRawBodies(
  body: NonNullable<Operation['requestBody']>,
  content: Record<string, object>,
): void {
  const types = Object.keys(content).filter((type) => type !== 'multipart/form-data')
  if (types.length === Object.keys(content).length || types.length === 0) return
  for (const type of types) content[type] = { schema: { type: 'string', format: 'binary' } }
  body.description = rawBodyWords
}

/** Everything under `/api/v1`, and what stands at the root for machines. */
function isAlias(url: string): boolean {
  return !/^\/(api\/v1\/|healthz|readyz|metrics|graphql)/.test(url)
}

function segmentsOf(url: string): string[] {
  return url
    .replace(/^\/api\/v1/, '')
    .split('/')
    .filter((segment) => segment !== '')
}

/** Calls that are too few for a group of their own. */
const groups: Readonly<Record<string, string>> = {
  kases: 'jobs',
  me: 'sign-in',
  'sign-in-links': 'sign-in',
  'sign-out': 'sign-in',
  'owner-token': 'orgs',
}

function tagOf(url: string): string {
  if (url === '/graphql') return 'graphql'
  if (!url.startsWith('/api/v1/')) return 'server'
  const [first = 'server', , inOrg] = segmentsOf(url)
  const noun = first === 'orgs' ? (inOrg ?? first) : first
  return groups[noun] ?? noun
}

/** `GET /api/v1/jobs/{id}/status` → `getJobsIdStatus` */
function operationIdOf(method: string, url: string): string {
  const words = segmentsOf(url).flatMap((segment) => segment.split(/\W+/).filter((word) => word !== ''))
  const camel = words.flatMap((word) => word.split('_'))
  return method.toLowerCase() + camel.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('')
}
