import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Caller } from '../../src/access/caller.ts'
import { deleteOldKeys } from '../../src/idempotency/idempotency.repository.ts'
import { writeOnce } from '../../src/idempotency/write-once.ts'
import { type Answer, startTestApp, type TestApp } from '../helpers/test-app.ts'

let app: TestApp
beforeAll(async () => {
  app = await startTestApp()
})
afterAll(() => app.stop())

let key = ''
let keys = 0
beforeEach(() => {
  keys += 1
  key = `key-${keys}`
})

const job = { description: 'd', project_name: 'p', olga_version: '7.3.5' }
const body = { job, casefiles: [{ file_name: 'a.olga', path: '/shared/a.olga', modules: ['x', 'y'] }] }

function post(content: unknown = body, url = '/api/v1/jobs', token?: string): Promise<Answer> {
  return app.request('POST', url, content, token, { 'idempotency-key': key })
}

async function countJobs(): Promise<number> {
  const { rows } = await sql<{ n: number }>`select count(*)::int as n from job`.execute(app.database.db)
  return rows[0]?.n ?? -1
}

function countKeys(): Promise<number> {
  return sql<{ n: number }>`select count(*)::int as n from idempotency_key`
    .execute(app.database.db)
    .then(({ rows }) => rows[0]?.n ?? -1)
}

async function makeToken(): Promise<string> {
  const { makeToken, tokenDigest, tokenPrefix } = await import('../../src/access/token.ts')
  const token = makeToken()
  await sql`insert into token (org_id, name, role, digest, prefix)
    select id, 'other', 'submitter', ${tokenDigest(token)}, ${tokenPrefix(token)} from org`.execute(
    app.database.db,
  )
  return token
}

describe('a POST with an Idempotency-Key', () => {
  it('is done once: a retry gets the first answer, word for word, and is told so', async () => {
    const before = await countJobs()
    const first = await post()
    expect(first.headers).toMatchObject({ location: `/api/v1/jobs/${first.body.id}` })
    expect(first.headers).not.toHaveProperty('idempotent-replay')
    const second = await post()
    expect([second.status, second.body]).toEqual([201, first.body])
    expect(second.headers).toMatchObject({ location: first.headers.location, 'idempotent-replay': 'true' })
    expect(await countJobs()).toBe(before + 1)
  })

  it('gets the first answer even when the job has moved on since', async () => {
    const first = await post()
    await sql`update job set status = 'running', pause_flag = true where id = ${first.body.id}`.execute(
      app.database.db,
    )
    expect((await post()).body).toEqual(first.body)
  })

  it('is compared by what it says: order of fields, blanks and the prefix of the address are no matter', async () => {
    const first = await post()
    const shuffled = `{ "casefiles": [{"path": "/shared/a.olga", "modules": ["x","y"], "file_name": "a.olga"}],
      "job": ${JSON.stringify(job)} }`
    expect((await post(shuffled)).body.id).toBe(first.body.id)
    expect((await post(body, '/api/jobs/')).body.id).toBe(first.body.id)
  })

  it('is 422 with other content, and does nothing', async () => {
    await post()
    const before = await countJobs()
    const other = { ...body, casefiles: [{ ...body.casefiles[0], modules: ['y', 'x'] }] }
    const answer = await post(other)
    expect([answer.status, answer.body.code]).toEqual([422, 'idempotency_mismatch'])
    expect(await countJobs()).toBe(before)
  })

  it('leaves no key when it fails, so that the mended request can use it', async () => {
    const before = await countKeys()
    expect((await post({ ...body, casefiles: [] })).status).toBe(422)
    expect((await post({ ...body, job: { ...job, olga_version: '0.0' } })).status).toBe(422)
    expect(await countKeys()).toBe(before)
    expect((await post()).status).toBe(201)
  })

  it('is one of its token: another token has keys of its own', async () => {
    const first = await post()
    const other = await post(body, '/api/v1/jobs', await makeToken())
    expect(other.status).toBe(201)
    expect(other.body.id).not.toBe(first.body.id)
  })

  it('twenty times at one moment makes one job, and twenty same answers', async () => {
    const before = await countJobs()
    const answers = await Promise.all(Array.from({ length: 20 }, () => post()))
    expect(new Set(answers.map((answer) => `${answer.status} ${JSON.stringify(answer.body)}`)).size).toBe(1)
    expect(answers[0]?.status).toBe(201)
    expect(answers.filter((answer) => answer.headers['idempotent-replay'] === 'true')).toHaveLength(19)
    expect(await countJobs()).toBe(before + 1)
  })

  it('at one moment with other content makes one job and refuses the rest', async () => {
    const before = await countJobs()
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, index) => post({ ...body, job: { ...job, description: `${index}` } })),
    )
    expect(answers.map((answer) => answer.status).sort()).toEqual([201, ...Array(9).fill(422)])
    expect(await countJobs()).toBe(before + 1)
  })

  it('is kept for 24 hours', async () => {
    const first = await post()
    await sql`update idempotency_key set created_at = now() - interval '23 hours 59 minutes'`.execute(
      app.database.db,
    )
    expect((await post()).body.id).toBe(first.body.id)
    await sql`update idempotency_key set created_at = now() - interval '24 hours 1 minute'`.execute(
      app.database.db,
    )
    const second = await post({ ...body, job: { ...job, description: 'new' } })
    expect([second.status, second.body.description]).toEqual([201, 'new'])
    expect((await post({ ...body, job: { ...job, description: 'new' } })).body.id).toBe(second.body.id)
  })

  it('leaves the table when it is old', async () => {
    await post()
    await sql`update idempotency_key set created_at = now() - interval '26 hours'`.execute(app.database.db)
    expect(await deleteOldKeys(app.database.db)).toBeGreaterThan(0)
    expect(await countKeys()).toBe(0)
  })

  it.each(['', 'x'.repeat(256)])('is 422 when the key is empty or too long', async (bad) => {
    key = bad
    const answer = await post()
    expect([answer.status, answer.body.details[0]?.field]).toEqual([422, 'Idempotency-Key'])
  })

  it('keeps nothing that can be read without the token', async () => {
    await post({ ...body, job: { ...job, description: 'a-very-secret-word' } })
    const { rows } = await sql<{ sealed_answer: Buffer }>`select sealed_answer from idempotency_key`.execute(
      app.database.db,
    )
    expect(rows.length).toBeGreaterThan(0)
    for (const row of rows) expect(row.sealed_answer.includes('a-very-secret-word')).toBe(false)
  })

  it('gives a new token again to whoever made it, and to nobody who reads the database', async () => {
    const first = await post({ name: 'ci' }, '/api/v1/tokens')
    const second = await post({ name: 'ci' }, '/api/v1/tokens')
    expect(second.body).toEqual(first.body)
    expect(second.headers).toMatchObject({
      location: `/api/v1/tokens/${first.body.id}`,
      'idempotent-replay': 'true',
    })
    const { rows } = await sql<{ row: string }>`
      select encode(sealed_answer, 'escape') as row from idempotency_key`.execute(app.database.db)
    expect(rows.map(({ row }) => row).join()).not.toContain(first.body.token.slice(3))
  })

  it('takes from the service what an upload held, because a stream is no content yet', async () => {
    const uploadOf = (sha256: string) => {
      const caller: Caller = {
        orgId: 1,
        orgSlug: 'default',
        tokenId: 1,
        memberName: null,
        role: 'owner',
        deployment: false,
        address: null,
        requestId: null,
        once: {
          keyDigest: createHash('sha256').update(key).digest(),
          operation: 'POST /uploads',
          content: undefined,
          credential: 'wb_x',
          outcome: null,
        },
      }
      const write = async () => ({ at: process.hrtime.bigint().toString() })
      const content = [{ slot: 'weather', name: 'chicago.epw', sizeBytes: 10, sha256 }]
      return writeOnce(app.database.db, caller, write, content)
    }
    expect(await uploadOf('aa')).toEqual(await uploadOf('aa'))
    await expect(uploadOf('bb')).rejects.toMatchObject({ code: 'idempotency_mismatch' })
  })

  it('is one of its call: the same key and body elsewhere is other content', async () => {
    expect((await post({ name: 'north' }, '/api/v1/projects')).status).toBe(201)
    const answer = await post({ name: 'north' }, '/api/v1/priorities')
    expect([answer.status, answer.body.code]).toEqual([422, 'idempotency_mismatch'])
  })

  it('gives the first answer when the server died after the commit and before it could answer', async () => {
    const before = await countJobs()
    const server = await startDyingServer()
    const lost = await fetch(`${server.url}/api/v1/jobs`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${app.ownerToken}`,
        'content-type': 'application/json',
        'idempotency-key': key,
      },
      body: JSON.stringify(body),
    }).catch(() => 'no answer')
    expect(lost).toBe('no answer')
    expect(await server.signal).toBe('SIGKILL')
    expect(await countJobs()).toBe(before + 1)
    const retried = await post()
    expect([retried.status, retried.headers['idempotent-replay']]).toEqual([201, 'true'])
    expect(retried.body).toEqual((await app.request('GET', `/api/v1/jobs/${retried.body.id}`)).body)
    expect(await countJobs()).toBe(before + 1)
  })
})

describe('a POST without a key', () => {
  it('is done each time', async () => {
    const first = await app.request('POST', '/api/v1/jobs', body)
    const second = await app.request('POST', '/api/v1/jobs', body)
    expect(second.body.id).not.toBe(first.body.id)
  })
})

async function startDyingServer(): Promise<{ url: string; signal: Promise<string> }> {
  const script = fileURLToPath(new URL('../helpers/dying-server.ts', import.meta.url))
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', script, JSON.stringify(app.database.connection)],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  const signal = once(child, 'exit').then(([, name]) => String(name))
  const [line] = await once(child.stdout, 'data')
  return { url: String(line).trim(), signal }
}
