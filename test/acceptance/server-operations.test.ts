import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { AppError } from '../../src/errors.ts'
import { startTestApp, type TestApp } from '../helpers/test-app.ts'

const logLines: string[] = []
let app: TestApp
beforeAll(async () => {
  app = await startTestApp({
    logLines,
    extend({ app: server }) {
      server.get('/api/v1/test/breaks', { config: { access: 'reader' } }, async (request) => {
        throw new Error(`relation "secret_table" does not exist; ${request.headers.authorization}`)
      })
      server.get('/api/v1/test/unavailable', { config: { access: 'reader' } }, async () => {
        throw new AppError('unavailable', 'The store cannot answer now; try again', {
          cause: new Error('10.0.0.7'),
        })
      })
      server.get('/api/v1/test/config', { config: { access: 'reader' } }, async () => {
        throw new AppError('invalid_config', 'The file /etc/secret is not readable')
      })
    },
  })
})
afterAll(() => app.stop())

interface LogLine {
  level: number
  msg: string
  reqId?: string
  status?: number
  url?: string
}

function linesOf(requestId: string): LogLine[] {
  return logLines.map((line): LogLine => JSON.parse(line)).filter((line) => line.reqId === requestId)
}

describe('a failure that is ours', () => {
  it('tells nothing of the inside; the log has it under the same id', async () => {
    const answer = await app.request('GET', '/api/v1/test/breaks', undefined, undefined, {
      'x-request-id': 'broke-1',
    })
    expect([answer.status, answer.body]).toEqual([
      500,
      { error: 'Waybill failed; the request left nothing behind', code: 'internal', details: [] },
    ])
    const lines = linesOf('broke-1')
    expect(JSON.stringify(lines)).toContain('secret_table')
    expect(lines.some((line) => line.level === 50 && line.status === 500)).toBe(true)
    const config = await app.request('GET', '/api/v1/test/config')
    expect(JSON.stringify(config.body)).not.toContain('/etc/secret')
  })

  it('that may pass says so, and when to come again', async () => {
    const answer = await app.request('GET', '/api/v1/test/unavailable')
    expect([answer.status, answer.body.error]).toEqual([503, 'The store cannot answer now; try again'])
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0)
    expect(JSON.stringify(answer.body)).not.toContain('10.0.0.7')
  })
})

describe('the log', () => {
  it('has one line a request: refusals are no errors', async () => {
    await app.request('GET', '/api/v1/jobs/77', undefined, undefined, { 'x-request-id': 'refused-1' })
    expect(linesOf('refused-1')).toMatchObject([
      { level: 30, msg: 'Refused a request', status: 404, url: '/api/v1/jobs/77', route: '/api/v1/jobs/:id' },
    ])
    await app.request('GET', '/healthz', undefined, '', { 'x-request-id': 'probe-1' })
    expect(linesOf('probe-1')).toMatchObject([{ level: 20, status: 200 }])
  })

  it('never holds a token, a cookie or a sign-in code, whatever went wrong', async () => {
    await app.request('GET', `/api/v1/files?name=${app.ownerToken}`)
    await app.request('GET', `/sign-in?code=abcdefgh12345678&x=1`, undefined, '')
    await app.request('GET', `/api/v1/${app.ownerToken}`, undefined, '', {
      cookie: `wb_session=${app.ownerToken}`,
    })
    await app.request('GET', '/api/v1/test/breaks')
    const made = await app.request('POST', '/api/v1/tokens', { name: 'log test' })
    expect(made.body.token).toMatch(/^wb_/)
    const all = logLines.join('')
    expect(all).toContain('wb_[redacted]')
    expect(all).not.toContain('abcdefgh12345678')
    expect(all).not.toMatch(/wb_(?!\[redacted\]|session)/)
    expect(all).not.toContain(made.body.token.slice(3))
  })
})

describe('health', () => {
  it('is told without a token: alive, and ready', async () => {
    expect((await app.request('GET', '/healthz', undefined, '')).body).toEqual({ status: 'alive' })
    expect((await app.request('GET', '/readyz/', undefined, '')).body).toEqual({ status: 'ready' })
  })

  it('asks the database at most once a second, however often it is asked', async () => {
    const before = app.database.statementCount()
    await Promise.all(Array.from({ length: 50 }, () => app.request('GET', '/readyz', undefined, '')))
    expect(app.database.statementCount() - before).toBeLessThanOrEqual(1)
  })

  it('is 503 with the sentence when the database does not answer, while the process is alive', async () => {
    const lost = await startTestApp()
    await lost.database.close()
    const answer = await lost.request('GET', '/readyz', undefined, '')
    expect([answer.status, answer.body]).toEqual([
      503,
      { error: 'The database does not answer', code: 'unavailable', details: [] },
    ])
    expect((await lost.request('GET', '/healthz', undefined, '')).status).toBe(200)
    await lost.stop()
  })
})

describe('metrics', () => {
  it('need a token, and count requests by route, connections, statements and the event loop', async () => {
    expect((await app.request('GET', '/metrics', undefined, '')).status).toBe(401)
    await app.request('GET', '/api/v1/jobs/5')
    const { status, body, headers } = await app.request('GET', '/metrics')
    expect(status).toBe(200)
    expect(headers['content-type']).toMatch(/^text\/plain/)
    expect(body).toMatch(
      /waybill_http_request_duration_seconds_count\{method="GET",route="\/api\/v1\/jobs\/:id",status="404"\} [1-9]/,
    )
    expect(body).toMatch(/waybill_db_connections\{state="total"\} [1-9]/)
    expect(body).toMatch(/waybill_db_statements_total [1-9]/)
    expect(body).toContain('nodejs_eventloop_lag_seconds')
  })

  it('do not grow with addresses that nothing answers', async () => {
    for (let index = 0; index < 20; index++) await app.request('GET', `/api/v1/nothing-${index}`)
    const { body } = await app.request('GET', '/metrics')
    expect(body).toContain('route="unknown"')
    expect(body).not.toContain('nothing-1')
  })
})
