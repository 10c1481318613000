import { rm, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { weatherFile } from '../helpers/file-contents.ts'
import { aux, model, runCalls } from '../helpers/submissions.ts'
import { startTestApp, type TestApp } from '../helpers/test-app.ts'
import { submitterStep, weatherSlot, workflowCalls } from '../helpers/workflows.ts'

let app: TestApp
const logLines: string[] = []
beforeAll(async () => {
  app = await startTestApp({ logLines })
})
afterAll(() => app.stop())

async function makeFile(name: string, content: string): Promise<number> {
  const path = join(app.files, name)
  await writeFile(path, content)
  const answer = await app.request('POST', '/api/v1/files/verify', { paths: [path] })
  return answer.body.items[0].id
}

async function link(id: number, body: unknown = {}): Promise<string> {
  const answer = await app.request('POST', `/api/v1/files/${id}/link`, body)
  expect(answer.status, JSON.stringify(answer.body)).toBe(201)
  return answer.body.url
}

/** As anybody does who has the link: without a token. */
const open = async (url: string, method = 'GET', headers: Record<string, string> = {}) => {
  const { pathname, host } = new URL(url, 'http://localhost')
  return await app.app.inject({ method: method as 'GET', url: pathname, headers: { host, ...headers } })
}

const unknown = 'The link is unknown or has expired'

describe('a link', () => {
  it('downloads its file without a token, for ten minutes', async () => {
    const id = await makeFile('first.csv', 'a,b\n1,2\n')
    const before = Date.now()
    const answer = await app.request('POST', `/api/v1/files/${id}/link`)
    expect(answer.status).toBe(201)
    expect(answer.body.url).toMatch(/^http:\/\/localhost:80\/links\/[-0-9a-z]+\.[-\w]{43}$/)
    const lives = Date.parse(answer.body.expires_at) - before
    expect(lives).toBeGreaterThan(598_000)
    expect(lives).toBeLessThanOrEqual(600_500)
    const got = await open(answer.body.url)
    expect([got.statusCode, got.body]).toEqual([200, 'a,b\n1,2\n'])
    expect(got.headers).toMatchObject({
      'content-type': 'text/csv',
      'content-disposition': `attachment; filename="first.csv"; filename*=UTF-8''first.csv`,
      'x-content-type-options': 'nosniff',
      'content-security-policy': expect.stringContaining('sandbox'),
      'cache-control': 'private, no-store',
      'content-length': '8',
    })
  })

  it('answers a part of the file, and its head alone', async () => {
    const url = await link(await makeFile('parts.bin', '0123456789'))
    const part = await open(url, 'GET', { range: 'bytes=2-4' })
    expect([part.statusCode, part.body, part.headers['content-range']]).toEqual([206, '234', 'bytes 2-4/10'])
    const none = await open(url, 'GET', { range: 'bytes=10-' })
    expect([none.statusCode, none.headers['content-range']]).toEqual([416, 'bytes */10'])
    const head = await open(url, 'HEAD')
    expect([head.statusCode, head.body, head.headers['content-length']]).toEqual([200, '', '10'])
  })

  it('names the file as its user did, whatever characters that has', async () => {
    const id = await makeFile('a "quoted" Zürich 雪.json', '{}')
    const got = await open(await link(id))
    expect(got.headers['content-disposition']).toBe(
      `attachment; filename="a _quoted_ Z_rich _.json"; filename*=UTF-8''a%20%22quoted%22%20Z%C3%BCrich%20%E9%9B%AA.json`,
    )
    expect(got.headers['content-type']).toBe('application/json')
  })

  it.each(['page.html', 'page.svg', 'page.xml', 'script.js', 'page', 'page.xhtml'])(
    'of %s is bytes to any browser',
    async (name) => {
      const got = await open(await link(await makeFile(name, '<script>alert(1)</script>')))
      expect(got.headers['content-type']).toBe('application/octet-stream')
    },
  )

  it('ends after the time that was asked for', async () => {
    const url = await link(await makeFile('short.csv', 'a'), { expires_in: 1 })
    await sleep(1_100)
    const late = await open(url)
    expect([late.statusCode, late.json().error]).toEqual([404, unknown])
  })

  it.each([0, -1, 3601, 1.5, '60', null])('of %j seconds is refused', async (expires_in) => {
    const id = await makeFile('refused.csv', 'a')
    const answer = await app.request('POST', `/api/v1/files/${id}/link`, { expires_in })
    expect(answer.status).toBe(422)
    expect(answer.body.details[0].field).toBe('expires_in')
  })

  it('is unknown after any change of it', async () => {
    const url = await link(await makeFile('tampered.csv', 'a'))
    const [payload = '', signature = ''] = new URL(url).pathname.slice('/links/'.length).split('.')
    const claims = payload.split('-')
    const other = claims.map((claim, index) =>
      claims.map((one, at) => (at === index ? (Number.parseInt(claim, 36) + 1).toString(36) : one)).join('-'),
    )
    const flipped = (signature.startsWith('A') ? 'B' : 'A') + signature.slice(1)
    const changed = [
      ...other.map((one) => `${one}.${signature}`),
      `${payload}.${flipped}`,
      `${payload}.${signature}A`,
      `${payload}.${signature.slice(0, -1)}`,
      `${payload}.${signature}=`,
      `${payload.toUpperCase()}X.${signature}`,
      payload,
      `${payload}.`,
      `.${signature}`,
      'nothing',
      '%00',
      '%ff',
    ]
    for (const one of changed) {
      const got = await open(`/links/${one}`)
      expect([404, 400], one).toContain(got.statusCode)
      expect(got.body, one).not.toContain('tampered')
      if (!one.startsWith('%')) expect(got.json().error, one).toBe(unknown)
    }
    expect((await open(url)).statusCode).toBe(200)
  })

  it.each(['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])('does not answer %s', async (method) => {
    const url = await link(await makeFile('methods.csv', 'a'))
    const got = await open(url, method, { 'content-type': 'text/csv' })
    expect([got.statusCode, got.headers.allow]).toEqual([404, 'GET, HEAD'])
  })

  it('is made for a file of the own org, and stays with it', async () => {
    const id = await makeFile('own.csv', 'a')
    const made = await app.request('POST', '/api/v1/orgs', { name: 'Links' })
    const answer = await app.request('POST', `/api/v1/files/${id}/link`, {}, made.body.owner_token)
    expect([answer.status, answer.body.error]).toEqual([404, 'File not found'])
  })

  it('stands in the audit and not in the log', async () => {
    const id = await makeFile('audited.csv', 'a')
    const url = await link(id)
    await open(url)
    await open(url, 'POST')
    const { rows } = await sql<{ details: object }>`
      select details from audit_entry where action = 'file.link' and subject = ${`file ${id}`}`.execute(
      app.database.db,
    )
    expect(rows).toEqual([
      { details: { version_id: expect.any(Number), expires_at: expect.stringMatching(/Z$/) } },
    ])
    const signature = url.split('.').at(-1) ?? ''
    expect(logLines.filter((line) => line.includes(signature))).toEqual([])
    expect(logLines.some((line) => line.includes('"/links/…"'))).toBe(true)
  })

  it('is as good for every server on the database', async () => {
    const { rows } = await sql<{ name: string; length: number }>`
      select name, length(secret) from deployment_secret`.execute(app.database.db)
    expect(rows).toEqual([{ name: 'links', length: 32 }])
  })
})

it('links begin with the public address of the server, whatever host is asked', async () => {
  const proxied = await startTestApp({ publicUrl: 'https://runs.example.org/waybill' })
  const path = join(proxied.files, 'proxied.csv')
  await writeFile(path, 'a,b\n')
  const { body } = await proxied.request('POST', '/api/v1/files/verify', { paths: [path] })
  const file = `/api/v1/files/${body.items[0].id}/link`
  const made = await proxied.request('POST', file, {}, proxied.ownerToken, { host: 'attacker.example' })
  expect(made.body.url).toMatch(/^https:\/\/runs\.example\.org\/waybill\/links\/[-0-9a-z]+\.[-\w]{43}$/)
  const got = await proxied.app.inject({ url: new URL(made.body.url).pathname.slice('/waybill'.length) })
  expect([got.statusCode, got.body]).toEqual([200, 'a,b\n'])
  const signIn = await proxied.request('POST', '/api/v1/sign-in-links', {})
  expect(signIn.body.url).toMatch(/^https:\/\/runs\.example\.org\/waybill\/sign-in/)
  await proxied.stop()
})

describe('when the file changes', () => {
  it('a link never answers other bytes', async () => {
    const id = await makeFile('changing.csv', 'one')
    const url = await link(id)
    await writeFile(join(app.files, 'changing.csv'), 'two')
    const before = await open(url)
    expect([before.statusCode, before.json().error]).toEqual([
      404,
      'The file that this link was made for is no longer there',
    ])
    const refused = await app.request('POST', `/api/v1/files/${id}/link`, {})
    expect([refused.status, refused.body.code]).toEqual([409, 'conflict'])
    await app.request('POST', '/api/v1/files/verify', { ids: [id] })
    expect((await open(url)).statusCode).toBe(404)
    expect((await open(await link(id))).body).toBe('two')
    await writeFile(join(app.files, 'changing.csv'), 'one')
    expect((await open(url)).body).toBe('one')
  })

  it('a file that was only touched is the same', async () => {
    const id = await makeFile('touched.csv', 'same')
    const url = await link(id)
    await utimes(join(app.files, 'touched.csv'), new Date(), new Date(Date.now() - 60_000))
    expect((await open(url)).body).toBe('same')
    expect((await open(await link(id))).body).toBe('same')
  })

  it('a file that is gone is told without its path', async () => {
    const url = await link(await makeFile('gone.csv', 'a'))
    await rm(join(app.files, 'gone.csv'))
    const got = await open(url)
    expect(got.statusCode).toBe(404)
    expect(got.body).not.toContain('gone.csv')
  })

  it('there is no link to a directory, nor to what nobody has seen', async () => {
    const made = await app.request('POST', '/api/v1/files/verify', {
      paths: ['/elsewhere/x.csv', join(app.files, 'absent.csv')],
    })
    const statuses = []
    for (const { id } of made.body.items) {
      statuses.push((await app.request('POST', `/api/v1/files/${id}/link`, {})).status)
    }
    expect(statuses).toEqual([422, 404])
  })
})

describe('files of submissions', () => {
  it('are downloaded under the name that they came with, by their org alone', async () => {
    await workflowCalls(app).create({
      slug: 'weather',
      auxiliary_file_slots: [weatherSlot],
      steps: [submitterStep],
    })
    const weather = weatherFile()
    const run = await runCalls(app).launch('weather', [model, aux('weather_file', 'Zürich 1.epw', weather)])
    const [, file] = run.body.files
    const got = await open(await link(file.file_id))
    expect([got.statusCode, got.body]).toEqual([200, weather])
    expect(got.headers['content-type']).toBe('application/vnd.energyplus.epw')
    const named = expect.stringContaining(`filename*=UTF-8''Z%C3%BCrich%201.epw`)
    expect(got.headers['content-disposition']).toEqual(named)
    const content = await app.request('GET', `/api/v1/files/${file.file_id}/content`)
    expect([content.status, content.headers['content-disposition']]).toEqual([200, named])

    const other = await app.request('POST', '/api/v1/orgs', { name: 'Curious' })
    const token = other.body.owner_token
    const job = {
      job: { description: 'd', project_name: 'p', olga_version: '7.3.5' },
      casefiles: [{ file_name: 'x.epw', path: file.uri }],
    }
    expect((await app.request('POST', '/api/v1/jobs', job, token)).status).toBe(201)
    const found = await app.request('GET', '/api/v1/files?name=Zurich_1.epw', undefined, token)
    const theirs = `/api/v1/files/${found.body.items[0].id}`
    expect((await app.request('GET', `${theirs}/content`, undefined, token)).status).toBe(422)
    expect((await app.request('POST', `${theirs}/link`, {}, token)).status).toBe(422)
  })
})
