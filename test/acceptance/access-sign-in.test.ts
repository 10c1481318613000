import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { browserHeaders } from '../helpers/route-examples.ts'
import { startTestApp, type TestApp } from '../helpers/test-app.ts'

let app: TestApp
beforeAll(async () => {
  app = await startTestApp()
})
afterAll(() => app.stop())

async function newLink(body: object = {}): Promise<string> {
  const answer = await app.request('POST', '/api/v1/sign-in-links', body)
  expect(answer.status).toBe(201)
  const { pathname, search } = new URL(answer.body.url)
  return `${pathname}${search}`
}

const visit = (url: string) => app.app.inject({ method: 'GET', url })
const send = (method: 'GET' | 'POST', url: string, headers: Record<string, string>) =>
  app.app.inject({
    method,
    url,
    headers: { ...headers, ...(method === 'POST' ? { 'content-type': 'application/json' } : {}) },
    ...(method === 'POST' ? { payload: '{}' } : {}),
  })

describe('a sign-in link', () => {
  it('gives the browser a session that scripts and other sites cannot use, and leads to the start', async () => {
    const answer = await visit(await newLink())
    expect(answer.statusCode).toBe(303)
    expect(answer.headers).toMatchObject({
      location: '/',
      'cache-control': 'no-store',
      'set-cookie': expect.stringMatching(
        /^wb_session=wb_[-\w]{43}; Path=\/; Max-Age=43200; HttpOnly; SameSite=Strict$/,
      ),
    })
    const cookie = String(answer.headers['set-cookie']).split(';')[0] ?? ''
    const me = await send('GET', '/api/v1/me', { cookie: `theme=dark; ${cookie}; other=1` })
    expect(me.json()).toMatchObject({ member_name: 'owner', role: 'owner', session: true, deployment: false })
    const hours = (Date.parse(me.json().expires_at) - Date.now()) / 3_600_000
    expect(hours).toBeGreaterThan(11.9)
    expect(hours).toBeLessThanOrEqual(12)
  })

  it('works once, also for two at once, and not for one that only looks', async () => {
    const url = await newLink()
    const head = await app.app.inject({ method: 'HEAD', url })
    expect([401, 404, 405]).toContain(head.statusCode)
    const answers = await Promise.all([visit(url), visit(url), visit(url)])
    expect(answers.map((answer) => answer.statusCode).sort()).toEqual([303, 401, 401])
    const refused = answers.find((answer) => answer.statusCode === 401)
    expect(refused?.headers['set-cookie']).toBeUndefined()
    expect(refused?.json().error).toMatch(/^This sign-in link was used before/)
  })

  it('ends after 15 minutes, in the words of one that never was', async () => {
    const url = await newLink()
    await sql`update sign_in_code set expires_at = now() - interval '1 second'`.execute(app.database.db)
    const [late, made] = [await visit(url), await visit(`/sign-in?code=${'x'.repeat(43)}`)]
    expect(late.statusCode).toBe(401)
    expect(late.json()).toEqual(made.json())
    const shown = await app.app.inject({ url, headers: { accept: 'text/html,*/*;q=0.8' } })
    expect(shown.statusCode).toBe(401)
    expect(shown.headers['content-type']).toMatch(/^text\/html/)
    expect(shown.body).toContain('This link signs nobody in')
    expect((await visit('/sign-in')).statusCode).toBe(400)
    expect((await visit('/sign-in?code=%00')).statusCode).toBe(400)
  })

  it('signs another member in with what that member may do', async () => {
    const member = await app.request('POST', '/api/v1/members', { name: 'Cy', role: 'reader' })
    const url = await newLink({ member_id: member.body.id })
    const cookie = String((await visit(url)).headers['set-cookie']).split(';')[0] ?? ''
    const me = await send('GET', '/api/v1/me', { cookie })
    expect(me.json()).toMatchObject({ member_name: 'Cy', role: 'reader' })
    await app.request('DELETE', `/api/v1/members/${member.body.id}`)
    expect((await send('GET', '/api/v1/me', { cookie })).statusCode).toBe(401)
  })

  it('of a member who was removed is none', async () => {
    const member = await app.request('POST', '/api/v1/members', { name: 'Di' })
    const url = await newLink({ member_id: member.body.id })
    await app.request('DELETE', `/api/v1/members/${member.body.id}`)
    expect((await visit(url)).statusCode).toBe(401)
  })
})

describe('a browser session', () => {
  it('writes only for the pages of this server', async () => {
    const { cookie = '' } = await browserHeaders(app)
    const tries: [Record<string, string>, number][] = [
      [{}, 403],
      [{ 'sec-fetch-site': 'cross-site' }, 403],
      [{ 'sec-fetch-site': 'same-site' }, 403],
      [{ 'sec-fetch-site': 'none' }, 403],
      [{ 'sec-fetch-site': 'cross-site', origin: 'http://localhost:80', host: 'localhost:80' }, 403],
      [{ origin: 'http://evil.example', host: 'waybill.example' }, 403],
      [{ origin: 'null', host: 'waybill.example' }, 403],
      [{ 'sec-fetch-site': 'same-origin' }, 422],
      [{ origin: 'http://waybill.example:4400', host: 'waybill.example:4400' }, 422],
    ]
    for (const [headers, status] of tries) {
      const answer = await send('POST', '/api/v1/projects', { cookie, ...headers })
      expect(answer.statusCode, JSON.stringify(headers)).toBe(status)
    }
    const read = await send('GET', '/api/v1/projects', { cookie, 'sec-fetch-site': 'cross-site' })
    expect(read.statusCode).toBe(200)
  })

  it('ends when it signs out, and only it can', async () => {
    const headers = await browserHeaders(app)
    const out = await send('POST', '/api/v1/sign-out', headers)
    expect(out.statusCode).toBe(204)
    expect(out.headers['set-cookie']).toMatch(/^wb_session=; Path=\/; Max-Age=0/)
    expect((await send('GET', '/api/v1/me', headers)).statusCode).toBe(401)
    const byToken = await app.request('POST', '/api/v1/sign-out', {})
    expect(byToken.status).toBe(409)
    expect((await app.request('GET', '/api/v1/me')).status).toBe(200)
  })
})
