import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Role } from '../../src/contract/access.ts'
import { roles } from '../../src/contract/choices.ts'
import type { DeclaredRoute } from '../../src/server/declared-routes.ts'
import { sendGraphql } from '../helpers/graphql.ts'
import { graphqlExamples, rootFields } from '../helpers/graphql-examples.ts'
import { marker, type RouteExample, routeExamples } from '../helpers/route-examples.ts'
import { startTestApp, type TestApp } from '../helpers/test-app.ts'

let app: TestApp
let routes: readonly DeclaredRoute[]
/** The owner of another org. */
let foreignToken: string
const roleTokens = new Map<Role, string>()
const deadTokens = new Map<string, Record<string, string>>()

beforeAll(async () => {
  app = await startTestApp()
  routes = app.app.declaredRoutes
  foreignToken = (await app.request('POST', '/api/v1/orgs', { name: 'Foreign' })).body.owner_token
  for (const role of roles) {
    const made = await app.request('POST', '/api/v1/tokens', { name: `${marker} ${role}`, role })
    roleTokens.set(role, made.body.token)
  }
  const expired = await app.request('POST', '/api/v1/tokens', { name: 'expired', role: 'owner' })
  await sql`update token set expires_at = now() where id = ${expired.body.id}`.execute(app.database.db)
  const revoked = await app.request('POST', '/api/v1/tokens', { name: 'revoked', role: 'owner' })
  await app.request('DELETE', `/api/v1/tokens/${revoked.body.id}`)
  const bearer = (text: string) => ({ authorization: `Bearer ${text}` })
  deadTokens.set('no token', {})
  deadTokens.set('garbage', bearer('garbage'))
  deadTokens.set('an empty token', { authorization: 'Bearer ' })
  deadTokens.set('another scheme', { authorization: `Basic ${app.ownerToken}` })
  deadTokens.set('an unknown token', bearer(`wb_${'A'.repeat(43)}`))
  deadTokens.set('an expired token', bearer(expired.body.token))
  deadTokens.set('a revoked token', bearer(revoked.body.token))
  deadTokens.set('a garbage cookie', { cookie: 'wb_session=garbage' })
  deadTokens.set('garbage beside a cookie that works', {
    ...bearer('garbage'),
    cookie: `wb_session=${app.ownerToken}`,
  })
})
afterAll(() => app.stop())

/** What a browser, a probe and a stranger may see: nothing of any org. */
const publicUrls = [
  '/',
  '/*',
  '/assets/*',
  '/healthz',
  '/readyz',
  '/openapi.json',
  '/sign-in',
  '/links/:link',
]
const isPublic = (url: string) => publicUrls.includes(url) || url === '/docs' || url.startsWith('/docs/')

const nameOf = (route: DeclaredRoute) => `${route.method} ${route.url}`
const prefixOf = (url: string) => /^\/api(\/v1)?/.exec(url)?.[0] ?? ''
const keyOf = ({ method, url }: DeclaredRoute) => {
  const bare = url.slice(prefixOf(url).length).replace(/(?<=.)\/$/, '')
  return `${method === 'HEAD' ? 'GET' : method} ${bare}`
}
const takesBody = (method: string) => ['POST', 'PUT', 'PATCH'].includes(method)
const guarded = () => routes.filter((route) => route.access !== 'public')

async function send(
  { method, url }: Pick<DeclaredRoute, 'method' | 'url'>,
  headers: Record<string, string>,
  body?: unknown,
) {
  return await app.app.inject({
    method: method as 'GET',
    url: url.replace(/:\w+|\*/g, '999999'),
    headers: { ...(takesBody(method) ? { 'content-type': 'application/json' } : {}), ...headers },
    ...(takesBody(method) ? { payload: Buffer.isBuffer(body) ? body : JSON.stringify(body ?? {}) } : {}),
  })
}

async function sendExample(route: DeclaredRoute, example: RouteExample, token: string) {
  return await send(
    { method: route.method, url: `${prefixOf(route.url)}${example.path}` },
    example.headers?.cookie ? example.headers : { ...example.headers, authorization: `Bearer ${token}` },
    example.body,
  )
}

async function exampleOf(route: DeclaredRoute): Promise<RouteExample> {
  const example = routeExamples(app)[keyOf(route)]
  if (example === undefined) {
    throw new Error(`${keyOf(route)} has no example; add one to test/helpers/route-examples.ts`)
  }
  return await example(app)
}

describe('without a living token', () => {
  it('only these addresses answer', () => {
    expect(routes.filter((route) => route.access === 'public' && !isPublic(route.url))).toEqual([])
  })

  it('every other route is 401, whatever stands in place of the token', async () => {
    for (const route of guarded()) {
      for (const [what, headers] of deadTokens) {
        const answer = await send(route, headers)
        expect(answer.statusCode, `${nameOf(route)} with ${what}`).toBe(401)
        if (route.method !== 'HEAD') expect(answer.json()).toMatchObject({ error: 'Unauthorized' })
      }
    }
  })

  it('unknown addresses and methods are 401 as well', async () => {
    for (const [method, url] of [
      ['GET', '/api/v1/nothing'],
      ['OPTIONS', '/api/v1/projects'],
      ['PUT', '/api/v1/projects'],
      ['HEAD', '/api/v1/nothing'],
    ] as const) {
      expect((await send({ method, url }, {})).statusCode, `${method} ${url}`).toBe(401)
      const known = await send({ method, url }, { authorization: `Bearer ${app.ownerToken}` })
      expect([404, 405], `${method} ${url}`).toContain(known.statusCode)
    }
  })
})

describe('each role', () => {
  it.each(roles)('%s gets 403 from what is above it, and an answer from all else', async (role) => {
    for (const route of guarded()) {
      const answer = await send(route, { authorization: `Bearer ${roleTokens.get(role)}` })
      const allowed =
        route.access !== 'deployment' && roles.indexOf(role) >= roles.indexOf(route.access as Role)
      if (allowed) {
        expect([401, 403], `${nameOf(route)} as ${role}`).not.toContain(answer.statusCode)
        continue
      }
      expect(answer.statusCode, `${nameOf(route)} as ${role}`).toBe(403)
      const needed = route.access === 'deployment' ? 'the deployment token' : `the role ${route.access}`
      if (route.method !== 'HEAD') {
        expect(answer.json().error).toBe(`This call needs ${needed}; this token has the role ${role}`)
      }
    }
  })
})

describe('another org', () => {
  it('finds nothing at the addresses of this one, and changes nothing there', async () => {
    const named = guarded().filter((route) => route.url.includes(':') && route.access !== 'deployment')
    for (const route of named) {
      const example = await exampleOf(route)
      if (example.byName) continue
      const foreign = await sendExample(route, example, foreignToken)
      expect(foreign.statusCode, nameOf(route)).toBe(404)
      expect(foreign.body, nameOf(route)).not.toContain(marker)
      const own = await sendExample(route, example, app.ownerToken)
      expect(own.statusCode, `${nameOf(route)}: ${own.body}`).toBeLessThan(300)
    }
  })

  it('sees nothing of this one in a list', async () => {
    const lists = guarded().filter(
      (route) => route.method === 'GET' && !/[:*]/.test(route.url) && route.access !== 'deployment',
    )
    for (const route of lists) {
      const example = (await routeExamples(app)[keyOf(route)]?.(app)) ?? {
        path: route.url.slice(prefixOf(route.url).length),
      }
      const answer = await sendExample(route, example, foreignToken)
      expect([200, 404], nameOf(route)).toContain(answer.statusCode)
      expect(answer.body, nameOf(route)).not.toContain(marker)
    }
  })

  it('finds nothing of this one by GraphQL, whatever it asks for', async () => {
    for (const { name, document } of await rootFields(app)) {
      const makeExample = graphqlExamples(app)[name]
      if (makeExample === undefined) {
        throw new Error(`${name} has no example; add one to test/helpers/graphql-examples.ts`)
      }
      const { args, foreign } = await makeExample()
      const query = document(args)
      const theirs = await sendGraphql(app, query, args, { token: foreignToken })
      const data = Object.values(theirs.body.data.analysis ?? theirs.body.data)[0]
      if (foreign === 'something of its own') {
        expect(theirs.body.errors, name).toBeUndefined()
      } else {
        expect(JSON.stringify(theirs.body), name).not.toContain(marker)
        const isFound = foreign === 'an empty page'
        expect(data, name).toEqual(isFound ? { items: [], nextCursor: null } : null)
        expect(theirs.body.errors?.[0].extensions.code, name).toBe(isFound ? undefined : 'not_found')
      }
      const own = await sendGraphql(app, query, args)
      expect(own.body.errors, name).toBeUndefined()
      expect(JSON.stringify(own.body), name).toContain(marker)
    }
  })

  it('cannot refer to what belongs to this one', async () => {
    const member = await app.request('POST', '/api/v1/members', { name: `${marker} referred` })
    const body = { name: 'x', member_id: member.body.id }
    const token = await app.request('POST', '/api/v1/tokens', body, foreignToken)
    expect(token.status).toBe(422)
    expect(token.body.details).toEqual([
      { field: 'member_id', message: `there is no member ${member.body.id}` },
    ])
    const link = await app.request(
      'POST',
      '/api/v1/sign-in-links',
      { member_id: member.body.id },
      foreignToken,
    )
    expect(link.status).toBe(422)
  })
})

describe('the audit', () => {
  it('has an entry for every write, and for nothing else', async () => {
    for (const route of guarded().filter((each) => !['GET', 'HEAD', 'OPTIONS'].includes(each.method))) {
      const example = await exampleOf(route)
      const before = await countEntries()
      const answer = await sendExample(route, example, app.ownerToken)
      expect(answer.statusCode, `${nameOf(route)}: ${answer.body}`).toBeLessThan(300)
      const left = (await countEntries()) - before
      if (example.reads) expect(left, `${nameOf(route)} left audit entries`).toBe(0)
      else expect(left, `${nameOf(route)} left no audit entry`).toBeGreaterThan(0)
    }
  })

  it('has no entry for a write that was refused', async () => {
    for (const route of guarded().filter((each) => takesBody(each.method))) {
      const before = await countEntries()
      const answer = await send(route, { authorization: `Bearer ${app.ownerToken}` })
      if (answer.statusCode >= 400) expect(await countEntries(), nameOf(route)).toBe(before)
    }
  })

  it('holds no token and no code', async () => {
    const { rows } = await sql<{ text: string }>`
      select row_to_json(audit_entry)::text as text from audit_entry`.execute(app.database.db)
    expect(rows.length).toBeGreaterThan(20)
    expect(rows.filter(({ text }) => /wb_|[-\w]{43}/.test(text))).toEqual([])
  })
})

async function countEntries(): Promise<number> {
  const { rows } = await sql<{ entries: number }>`
    select count(*)::int as entries from audit_entry`.execute(app.database.db)
  return rows[0]?.entries ?? 0
}
