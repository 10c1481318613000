import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Answer, startTestApp, type TestApp } from '../helpers/test-app.ts'

let app: TestApp
beforeAll(async () => {
  app = await startTestApp()
})
afterAll(() => app.stop())

const casefile = { file_name: 'a.olga', path: '/shared/a.olga' }
const job = { description: 'd', project_name: 'p', olga_version: '7.3.5' }
const validBody = { job, casefiles: [casefile] }

const post = (body: unknown, headers: Record<string, string> = {}): Promise<Answer> =>
  app.request('POST', '/api/v1/jobs', body, undefined, headers)

function expectError(answer: Answer, status: number, code: string): void {
  expect(answer.body).toEqual({ error: expect.any(String), code, details: expect.any(Array) })
  expect(answer.status).toBe(status)
  expect(String(answer.headers['content-type'])).toMatch(/^application\/json/)
}

describe('a body that cannot be read', () => {
  it.each([
    ['broken JSON', '{"job":'],
    ['nothing', ''],
    ['two values', '{} {}'],
    ['a NUL byte', '{"job": "\0"}'],
  ])('is 400: %s', async (_, body) => {
    expectError(await post(body), 400, 'malformed_request')
  })

  it('is 400 when it is not UTF-8, or says that it is not', async () => {
    const response = await app.app.inject({
      method: 'POST',
      url: '/api/v1/jobs',
      headers: { authorization: `Bearer ${app.ownerToken}`, 'content-type': 'application/json' },
      payload: Buffer.from([0x22, 0xc3, 0x28, 0x22]),
    })
    expect(response.statusCode).toBe(400)
    const other = await post(JSON.stringify(validBody), {
      'content-type': 'application/json; charset=utf-16',
    })
    expectError(other, 400, 'malformed_request')
  })

  it('is read with a byte order mark before it', async () => {
    expect((await post(`\uFEFF${JSON.stringify(validBody)}`)).status).toBe(201)
  })

  it('does not quote a long stretch of the body back', async () => {
    const answer = await post(`{"job": ${'x'.repeat(5000)}`)
    expect(answer.body.error.length).toBeLessThan(200)
  })
})

describe('a body of another type', () => {
  it.each(['text/plain', 'application/xml', 'multipart/form-data; boundary=x', 'nonsense'])(
    'is 415 and names what is taken: %s',
    async (type) => {
      const answer = await post('x', { 'content-type': type })
      expectError(answer, 415, 'unsupported_type')
      if (type !== 'nonsense') expect(answer.body.error).toContain('application/json')
    },
  )

  it('is 415 when it is compressed', async () => {
    const answer = await post(JSON.stringify(validBody), { 'content-encoding': 'gzip' })
    expectError(answer, 415, 'unsupported_type')
  })

  it('is 422 when there is none where one is needed', async () => {
    const answer = await app.request('POST', '/api/v1/jobs')
    expectError(answer, 422, 'invalid')
    expect(answer.body.error).toBe('The body is required')
  })
})

describe('a body that can be read and is wrong', () => {
  it('is 422 with all faults at once, each with its place, what was found and what is needed', async () => {
    const answer = await post({
      job: { description: 7, project_name: '', olga_version: '7.3.5', engine_id: 'one', colour: 'red' },
      casefiles: [
        { file_name: 'a.olga', path: '/a', status: 2 },
        { path: '/b', modification_time: 'yesterday' },
        null,
        { ...casefile, modules: ['x', 1] },
      ],
      extra: 1,
    })
    expectError(answer, 422, 'invalid')
    expect(answer.body.details).toEqual(
      expect.arrayContaining([
        { field: 'extra', message: 'is not a field of this request' },
        { field: 'job.colour', message: 'is not a field of this request' },
        { field: 'job.description', message: 'must be a text, not 7' },
        { field: 'job.project_name', message: 'must not be empty' },
        { field: 'job.engine_id', message: 'must be a whole number, not "one"' },
        { field: 'casefiles[0].status', message: 'must be 0 or 1' },
        { field: 'casefiles[1].file_name', message: 'is required' },
        {
          field: 'casefiles[1].modification_time',
          message: 'must be a time such as 2025-10-07T15:00:00Z, not "yesterday"',
        },
        { field: 'casefiles[2]', message: 'must be an object, not null' },
        { field: 'casefiles[3].modules[1]', message: 'must be a text, not 1' },
      ]),
    )
    expect(answer.body.details).toHaveLength(10)
    expect(answer.body.error).toMatch(/ \(and 9 more\)$/)
  })

  it('is not coerced: "1" is no number', async () => {
    const answer = await post({ ...validBody, job: { ...job, engine_id: '1' } })
    expect(answer.body.details).toEqual([
      { field: 'job.engine_id', message: 'must be a whole number, not "1"' },
    ])
  })

  it('names the first hundred of very many faults, says how many more, and does so soon', async () => {
    const startedAt = Date.now()
    const answer = await post({ job, casefiles: Array(8_000_000).fill(1) })
    expectError(answer, 422, 'invalid')
    expect(answer.body.details).toHaveLength(101)
    expect(answer.body.details[100]).toEqual({ field: '', message: 'and 900 or more' })
    expect(Date.now() - startedAt).toBeLessThan(5000)
  })

  it('is refused soon when it is nested without end', async () => {
    const startedAt = Date.now()
    const answer = await post(`{"job": ${'['.repeat(100_000)}${']'.repeat(100_000)}}`)
    expectError(answer, 422, 'invalid')
    expect(answer.body.error).toContain('200 levels')
    expect(Date.now() - startedAt).toBeLessThan(1000)
  })

  it.each([
    ['NUL in a value', '{"job": {"description": "a\\u0000b"}}', 'job.description'],
    ['half a surrogate pair in a value', '{"casefiles": [{"path": "\\ud800"}]}', 'casefiles[0].path'],
    ['half a surrogate pair in a name', '{"job": {"\\udfff": 1}}', 'job'],
    ['NUL in a name', '{"a\\u0000": 1}', ''],
    ['a number past all numbers', '{"job": {"engine_id": 1e400}}', 'job.engine_id'],
    ['the name __proto__', '{"job": {"__proto__": {"x": 1}}}', 'job.__proto__'],
  ])('names the place of %s', async (_, body, field) => {
    const answer = await post(body)
    expectError(answer, 422, 'invalid')
    expect(answer.body.details).toEqual([{ field, message: expect.any(String) }])
  })

  it('takes a whole surrogate pair that is written as escapes', async () => {
    const text = JSON.stringify(validBody).replace('"d"', '"\\ud83d\\ude00"')
    const answer = await post(text)
    expect([answer.status, answer.body.description]).toEqual([201, '😀'])
  })

  it('refuses `constructor` as any unknown field', async () => {
    const answer = await post({ ...validBody, constructor: { prototype: { x: 1 } } })
    expect(answer.body.details).toEqual([{ field: 'constructor', message: 'is not a field of this request' }])
  })
})

describe('an address', () => {
  it.each(['abc', '0', '-1', '1.5', '99999999999', '%00', `${'9'.repeat(300)}`, '%F0%9F%98%80', '1e3x'])(
    'whose id is no id names nothing: %s',
    async (id) => {
      const answer = await app.request('GET', `/api/v1/jobs/${id}`)
      expectError(answer, 404, 'not_found')
      expect(answer.body.error).toBe('Job not found')
    },
  )

  it.each([
    '/api/v1/files?limit=x',
    '/api/v1/files?limit=',
    '/api/v1/files?limit=1&limit=2',
    '/api/v1/files?limit=0',
  ])('with a bad query value is 400: %s', async (url) => {
    const answer = await app.request('GET', url)
    expectError(answer, 400, 'invalid_query')
    expect(answer.body.details[0].field).toBe('limit')
  })

  it('with a parameter that nobody knows, or a state that is none, is 400', async () => {
    const unknown = await app.request('GET', '/api/v1/files?colour=red')
    expect(unknown.body.details).toEqual([{ field: 'colour', message: 'is not a field of this request' }])
    const state = await app.request('GET', '/api/v1/files?state=lost')
    expect(state.body.details[0].message).toMatch(/^must be one of "declared", "verified", .*, not "lost"$/)
  })

  it.each(['/api/v1/files?name=%00', '/api/v1/files?name=a%00b&path_prefix=%00'])(
    'with NUL in its query is 400: %s',
    async (url) => {
      expectError(await app.request('GET', url), 400, 'invalid_query')
    },
  )

  it.each([
    '/api/v1/jobs/%',
    '/api/v1/jobs/%zz',
    '/api/v1/jobs/%C3%28',
    '/%ff',
    '/api/v1/files?name=%ED%A0%80',
  ])('that cannot be decoded is never our failure: %s', async (url) => {
    const answer = await app.request('GET', url)
    expect(answer.status).toBeLessThan(500)
  })

  it('that nothing answers is 404, with a token; without one 401', async () => {
    expectError(await app.request('GET', '/api/v1/nothing'), 404, 'not_found')
    expectError(await app.request('GET', '/api/v1/nothing', undefined, ''), 401, 'unauthorized')
  })

  it('that answers other methods is 404 and says which', async () => {
    const answer = await app.request('DELETE', '/api/v1/jobs/1')
    expectError(answer, 404, 'not_found')
    expect(answer.headers.allow).toBe('GET, PATCH')
    expect(answer.body.error).toBe('This address does not answer DELETE; it answers GET, PATCH')
  })

  it.each([
    ['POST', '/api/v1/org/default/library/s.epw', 'multipart/form-data; boundary=b', 'GET, PUT, DELETE'],
    ['POST', '/api/v1/org/default/runs/', 'multipart/form-data; boundary=b', 'GET'],
    ['PUT', '/api/v1/org/default/workflows/', 'application/octet-stream', 'GET, POST'],
    ['PUT', '/api/v1/jobs', 'application/json', 'GET, POST'],
    ['PATCH', '/api/v1/files/1/content', 'nonsense', 'GET'],
    ['POST', '/api/v1/nothing', 'application/octet-stream', undefined],
  ] as const)('is unknown whatever the body: %s %s of %s', async (method, url, type, allow) => {
    const answer = await app.request(method, url, '--b', undefined, { 'content-type': type })
    expectError(answer, 404, 'not_found')
    expect(answer.headers.allow).toBe(allow)
    const stranger = await app.request(method, url, '--b', '', { 'content-type': type })
    expectError(stranger, 401, 'unauthorized')
  })
})

describe('every answer', () => {
  it('to a caller without a token is the same 401', async () => {
    const answer = await app.request('GET', '/api/v1/jobs/1', undefined, '')
    expect(answer.status).toBe(401)
    expect(answer.body).toEqual({ error: 'Unauthorized', code: 'unauthorized', details: [] })
  })

  it('carries the id of its request: the caller’s own where it is sane', async () => {
    const own = await app.request('GET', '/api/v1/jobs/1', undefined, undefined, {
      'x-request-id': 'my-run.7',
    })
    expect(own.headers['x-request-id']).toBe('my-run.7')
    const odd = await app.request('GET', '/api/v1/jobs/1', undefined, undefined, { 'x-request-id': 'a b"c' })
    expect(odd.headers['x-request-id']).toMatch(/^[\da-f-]{36}$/)
  })

  it('tells a browser to take it for nothing but what it is', async () => {
    const { headers } = await app.request('GET', '/api/v1/jobs/1')
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'content-security-policy': expect.stringContaining("frame-ancestors 'none'"),
      'cache-control': 'no-store',
    })
  })
})
