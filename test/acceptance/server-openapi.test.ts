import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestApp, type TestApp } from '../helpers/test-app.ts'

let app: TestApp
beforeAll(async () => {
  app = await startTestApp()
})
afterAll(() => app.stop())

interface Operation {
  summary?: string
  description: string
  operationId: string
  tags: string[]
  security: unknown[]
  requestBody?: { content: Record<string, { example?: unknown }> }
  responses: Record<string, unknown>
  'x-required-role': string
}

async function operations(): Promise<[name: string, operation: Operation][]> {
  const { body } = await app.request('GET', '/openapi.json', undefined, '')
  const paths: Record<string, Record<string, Operation>> = body.paths
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): [string, Operation] => [
      `${method.toUpperCase()} ${path}`,
      operation,
    ]),
  )
}

describe('the OpenAPI document', () => {
  it('is the one that is committed; `npm run openapi` writes it anew', async () => {
    const { body } = await app.request('GET', '/openapi.json', undefined, '')
    await expect(`${JSON.stringify(body, null, 1)}\n`).toMatchFileSnapshot('../../openapi.json')
  })

  it('is of version 3.1, and every reference in it leads somewhere', async () => {
    const { body } = await app.request('GET', '/openapi.json', undefined, '')
    expect(body.openapi).toBe('3.1.0')
    const references = [...JSON.stringify(body).matchAll(/"\$ref":"([^"]+)"/g)].map((match) =>
      String(match[1]),
    )
    expect(references.length).toBeGreaterThan(5)
    for (const reference of references) {
      const target = reference
        .slice(2)
        .split('/')
        .reduce((node, segment) => node?.[segment], body)
      expect(target, reference).toBeDefined()
    }
  })

  it('says of every call what it does, who may make it and how it fails', async () => {
    for (const [name, operation] of await operations()) {
      expect(operation.summary, name).toBeTruthy()
      expect(operation.tags, name).toHaveLength(1)
      expect(operation.description, name).toMatch(/Needs (no token|the role|the deployment token)/)
      expect(operation['x-required-role'], name).toBeTruthy()
      expect(Object.keys(operation.responses), name).toEqual(expect.arrayContaining(['4XX', '5XX']))
    }
  })

  it('gives every call an id of its own', async () => {
    const ids = (await operations()).map(([, operation]) => operation.operationId)
    expect(new Set(ids).size).toBe(ids.length)
    for (const id of ids) expect(id).toMatch(/^[a-z][A-Za-z0-9]+$/)
  })

  it('puts every call under a tag that it describes', async () => {
    const { body } = await app.request('GET', '/openapi.json', undefined, '')
    const described = body.tags.map((tag: { name: string }) => tag.name)
    const used = new Set((await operations()).map(([, operation]) => operation.tags[0]))
    expect([...used].sort()).toEqual([...described].sort())
  })

  it('shows bodies that can be sent as they are', async () => {
    for (const [name, operation] of await operations()) {
      const content = operation.requestBody?.content['application/json']
      if (content === undefined) continue
      expect(content.example, name).toBeDefined()
      const [method = '', path = ''] = name.split(' ')
      // Of a thing that is not there, only a body without faults is told so.
      const answer = await app.request(
        method as 'POST' | 'PATCH',
        path.replace('{org}', 'default').replace('{id}', '999999'),
        content.example,
      )
      expect([200, 201, 404], `${name}: ${JSON.stringify(answer.body)}`).toContain(answer.status)
    }
  })

  it('shows the file itself as a body where a form may be left out', async () => {
    const content = Object.fromEntries(
      (await operations()).map(([name, { requestBody }]) => [name, requestBody?.content]),
    )
    const raw = { schema: { type: 'string', format: 'binary' } }
    const form = { schema: { $ref: '#/components/schemas/Submission' } }
    for (const path of ['runs', 'runs/check']) {
      expect(content[`POST /api/v1/org/{org}/workflows/{id}/${path}`]).toEqual({
        'multipart/form-data': form,
        '*/*': raw,
      })
    }
    expect(content['PUT /api/v1/org/{org}/library/{name}']).toMatchObject({ 'application/octet-stream': raw })
  })

  it('shows each call once, not under its other prefixes', async () => {
    const names = (await operations()).map(([name]) => name)
    expect(names).toContain('POST /api/v1/jobs')
    expect(names.filter((name) => !/ \/(api\/v1\/|healthz|readyz|metrics|graphql)/.test(name))).toEqual([])
  })

  it('shows that a call which makes something takes an Idempotency-Key and answers 201 or 202', async () => {
    // Links end by themselves, and asking again for one is as good.
    const withoutKey = ['POST /api/v1/sign-in-links', 'POST /api/v1/files/{id}/link']
    // What the one makes, its document says; the other makes outputs of a kase that stands, and answers that.
    const withKey = ['POST /graphql', 'POST /api/v1/kases/{id}/outputs']
    for (const [name, operation] of await operations()) {
      const makes = '201' in operation.responses || '202' in operation.responses
      const takesKey = JSON.stringify(operation).includes('Idempotency-Key')
      if (name.startsWith('POST') && !withoutKey.includes(name)) {
        expect(takesKey, name).toBe(makes || withKey.includes(name))
      }
    }
  })
})

describe('the reference page', () => {
  it('is where / leads', async () => {
    const answer = await app.request('GET', '/', undefined, '')
    expect([answer.status, answer.headers.location]).toEqual([302, '/docs'])
  })

  it('works without a foreign host, under a policy that allows none', async () => {
    const page = await app.request('GET', '/docs', undefined, '')
    expect(page.status).toBe(200)
    expect(page.headers['content-security-policy']).toContain("default-src 'self'")
    const assets = [...String(page.body).matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => String(match[1]))
    expect(assets.length).toBeGreaterThan(3)
    for (const asset of assets) {
      expect(asset).not.toMatch(/^(https?:)?\/\//)
      const path = new URL(asset, 'http://waybill/docs').pathname
      expect((await app.request('GET', path, undefined, '')).status, path).toBe(200)
    }
  })
})
