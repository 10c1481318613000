import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance, FastifySchema, RouteOptions } from 'fastify'
import type { RouteAccess } from '../access/route-access.ts'
import { ErrorBody } from '../contract/common.ts'
import { packageMigrations } from '../db/migration-files.ts'
import { nameModels } from './openapi-models.ts'

const description = `The ledger of every file that goes into a computational run and every file that comes out of it.

Every path is answered with and without a trailing slash; \`/orgs/{org}/…\` is \`/org/{org}/…\`. Jobs are also answered under \`/api\`.
Every error is \`{"error", "code", "details"}\`. A POST that makes something takes an \`Idempotency-Key\` header.`

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
        description,
        license: { name: packageInfo.license, identifier: packageInfo.license },
      },
      servers: [{ url: '/' }],
      components: {
        securitySchemes: { token: { type: 'http', scheme: 'bearer', description: 'A token `wb_…`' } },
      },
    },
    transform: ({ schema, url, route }) => ({
      schema: describeRoute(schema ?? {}, url, route),
      // What belongs to an org is shown under the name that its users know.
      url: url.replace('/orgs/:org/', '/org/:org/'),
    }),
    transformObject: (document) =>
      'openapiObject' in document ? nameModels(document.openapiObject) : document.swaggerObject,
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
  const { access = 'reader', creates } = route.config ?? {}
  const words = [schema.description, accessWords(access)].filter((text) => text !== undefined)
  const documented = {
    ...schema,
    operationId: schema.operationId ?? operationIdOf(String(route.method), url),
    tags: schema.tags ?? [tagOf(url)],
    description: words.join('\n\n'),
    security: access === 'public' ? [] : [{ token: [] }],
    response: { '4xx': ErrorBody, '5xx': ErrorBody, ...(schema.response as object | undefined) },
    ...(creates === undefined ? {} : { headers: idempotencyHeader }),
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

function accessWords(access: RouteAccess): string {
  if (access === 'public') return 'Needs no token.'
  if (access === 'deployment') return 'Needs the deployment token.'
  return `Needs the role \`${access}\`${access === 'owner' ? '' : ' or a higher one'}.`
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

function tagOf(url: string): string {
  if (!url.startsWith('/api/v1/')) return 'server'
  const [first, , inOrg] = segmentsOf(url)
  return (first === 'orgs' ? (inOrg ?? first) : first) ?? 'server'
}

/** `GET /api/v1/jobs/{id}/status` → `getJobsIdStatus` */
function operationIdOf(method: string, url: string): string {
  const words = segmentsOf(url).flatMap((segment) => segment.split(/\W+/).filter((word) => word !== ''))
  const camel = words.flatMap((word) => word.split('_'))
  return method.toLowerCase() + camel.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('')
}
