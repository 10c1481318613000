import { createHash } from 'node:crypto'
import { copyFile, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createServerLog } from '../../src/server/server-log.ts'
import { createLocalStore } from '../../src/storage/local-store.ts'
import { storeAnnounced } from '../../src/workflows/stored-submission.ts'
import { insertIntentAt } from '../../src/workflows/submission-intent.repository.ts'
import { sweepSubmissions } from '../../src/workflows/submission-sweeper.ts'
import { weatherFile } from '../helpers/file-contents.ts'
import { formOf, formType, model, runCalls, storedFiles } from '../helpers/submissions.ts'
import { startTestApp, type TestApp } from '../helpers/test-app.ts'
import { submitterStep, workflowCalls } from '../helpers/workflows.ts'

let app: TestApp
beforeAll(async () => {
  app = await startTestApp()
})
afterAll(() => app.stop())

const sha256 = (content: string | Buffer) => createHash('sha256').update(content).digest('hex')

interface Sent {
  status: number
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  body: any
  location: string | null
}

async function put(
  name: string,
  content: string | Buffer,
  {
    type = null,
    token = app.ownerToken,
    org = 'default',
  }: { type?: string | null; token?: string; org?: string } = {},
): Promise<Sent> {
  const answer = await fetch(`${await app.listen()}/api/v1/org/${org}/library/${encodeURIComponent(name)}`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${token}`, ...(type === null ? {} : { 'content-type': type }) },
    body: new Uint8Array(Buffer.from(content)),
  })
  return { status: answer.status, body: await answer.json(), location: answer.headers.get('location') }
}
/** As it is read afterwards: what was found in the bytes is told with the upload only. */
const fileOf = ({ body: { findings: _, ...file } }: Pick<Sent, 'body'>) => file
const get = (name: string, token?: string, org = 'default') =>
  app.request('GET', `/api/v1/org/${org}/library/${encodeURIComponent(name)}`, undefined, token)
const remove = (name: string, token?: string) =>
  app.request('DELETE', `/api/v1/org/default/library/${encodeURIComponent(name)}`, undefined, token)

/** Everything that an upload could leave behind. */
async function traces(): Promise<object> {
  const { rows } = await sql<object>`
    select (select count(*)::int from library_file) as files, (select count(*)::int from library_version) as versions,
      (select count(*)::int from file) as ledger, (select count(*)::int from submission_intent) as intents,
      (select count(*)::int from audit_entry) as audits`.execute(app.database.db)
  return { ...rows[0], stored: await storedFiles(app) }
}

describe('a library file', () => {
  it('is kept with its facts, in the ledger too, and its bytes are where it says', async () => {
    const weather = weatherFile()
    const made = await put('USA CA San Francisco.epw', weather)
    expect(made.status, JSON.stringify(made.body)).toBe(201)
    expect(made.location).toBe('/api/v1/org/default/library/USA%20CA%20San%20Francisco.epw')
    expect(made.body).toEqual({
      name: 'USA CA San Francisco.epw',
      version: 1,
      file_id: expect.any(Number),
      file_type: 'epw',
      size_bytes: Buffer.byteLength(weather),
      sha256: sha256(weather),
      uri: expect.stringMatching(/\/library\/1\/\d+\/1\/USA_CA_San_Francisco\.epw$/),
      created_at: expect.stringMatching(/Z$/),
      updated_at: expect.stringMatching(/Z$/),
      workflows: [],
      findings: [],
    })
    expect(made.body.uri.startsWith(app.store)).toBe(true)
    expect(await readFile(made.body.uri, 'utf8')).toBe(weather)
    expect((await get('USA CA San Francisco.epw')).body).toEqual(fileOf(made))
    const ledger = await app.request('GET', `/api/v1/files/${made.body.file_id}`)
    expect(ledger.body).toMatchObject({
      path: made.body.uri,
      state: 'verified',
      versions: [{ version: 1, sha256: sha256(weather), size: Buffer.byteLength(weather) }],
    })
    const content = await app.request('GET', `/api/v1/files/${made.body.file_id}/content`)
    expect(content.status).toBe(200)
    expect(content.headers['content-disposition']).toContain('filename="USA CA San Francisco.epw"')
    expect(content.body).toBe(weather)
  })

  it('is replaced by other bytes, and what it was stays readable', async () => {
    const first = await put('settings.json', '{"a": 1}')
    const second = await put('settings.json', '{"a": 2}', { type: 'application/json' })
    expect([first.status, second.status, second.location]).toEqual([201, 200, null])
    expect(second.body).toMatchObject({ version: 2, created_at: first.body.created_at })
    expect(second.body.file_id).not.toBe(first.body.file_id)
    expect(await readFile(first.body.uri, 'utf8')).toBe('{"a": 1}')
    expect(await readFile(second.body.uri, 'utf8')).toBe('{"a": 2}')
    expect((await get('settings.json')).body).toEqual(fileOf(second))
    const { body } = await app.request('POST', `/api/v1/files/${first.body.file_id}/link`, {})
    const link = await app.app.inject({ url: new URL(body.url).pathname })
    expect([link.statusCode, link.body]).toEqual([200, '{"a": 1}'])
  })

  it('stays as it is when the same bytes come again', async () => {
    const first = await put('same.csv', 'a,b\n1,2\n')
    const before = await traces()
    const again = await put('same.csv', 'a,b\n1,2\n')
    expect([again.status, again.body]).toEqual([200, first.body])
    expect(await traces()).toEqual(before)
  })

  it('whose bytes were lost or changed is stored again when they come again, in a version of its own', async () => {
    const content = 'a,b\n3,4\n'
    const first = await put('lost.csv', content)
    await rm(first.body.uri)
    const twins = await Promise.all([put('lost.csv', content), put('lost.csv', content)])
    const [second] = twins
    expect(twins.map(({ status }) => status)).toEqual([200, 200])
    expect(new Set(twins.map(({ body }) => body.uri)).size).toBe(1)
    expect(second?.body).toMatchObject({ sha256: first.body.sha256, created_at: first.body.created_at })
    expect(second?.body.version).toBeGreaterThan(1)
    const got = await app.request('GET', `/api/v1/files/${second?.body.file_id}/content`)
    expect([got.status, got.body]).toEqual([200, content])

    await writeFile(second?.body.uri, 'a,b\n5,6\n')
    const third = await put('lost.csv', content)
    expect([third.status, third.body.version > second?.body.version]).toEqual([200, true])
    expect(await readFile(third.body.uri, 'utf8')).toBe(content)

    await copyFile(third.body.uri, `${third.body.uri}.copy`)
    await rename(`${third.body.uri}.copy`, third.body.uri)
    expect((await put('lost.csv', content)).body).toEqual(third.body)
  })

  it('is kept with remarks that are no reason to refuse it, told with each upload', async () => {
    const marked = `\ufeff${weatherFile()}`
    const remark = {
      severity: 'warning',
      code: 'byte_order_mark',
      message: 'begins with a byte order mark, which EnergyPlus may not read over; save it without one',
      file: 'Zürich.epw',
      line: null,
      step: null,
    }
    const first = await put('Zu\u0308rich.epw', marked)
    const again = await put('Zürich.epw', marked)
    expect([first.status, first.body.findings]).toEqual([201, [remark]])
    expect([again.status, again.body]).toEqual([200, first.body])
    expect((await get('Zürich.epw')).body).toEqual(fileOf(first))

    const latin1 = Buffer.from(weatherFile().replace('Chicago', 'Z\xfcrich'), 'latin1')
    const part = { name: 'file', fileName: 'as-it-was-called.epw', content: latin1 }
    const other = await put('Zürich.epw', formOf([part]), { type: formType() })
    expect([other.status, other.body.version]).toEqual([200, 2])
    expect(other.body.findings).toMatchObject([{ severity: 'info', code: 'latin1', file: 'Zürich.epw' }])
  })

  it('that is refused has its remarks left out', async () => {
    const ragged = `\ufeff${weatherFile({ row: () => '1,2' })}`
    const refused = await put('ragged.epw', ragged)
    expect(refused.status).toBe(422)
    expect(JSON.stringify(refused.body)).not.toContain('byte order mark')
  })

  it('comes as the part of a form too, and has the name of its address', async () => {
    const part = { name: 'file', fileName: 'other.json', content: '{}', type: 'application/json' }
    const made = await put('form.json', formOf([part]), { type: formType() })
    expect(made.status, JSON.stringify(made.body)).toBe(201)
    expect(made.body).toMatchObject({ name: 'form.json', size_bytes: 2 })
  })

  it('of one name in two spellings is one', async () => {
    const composed = 'Z\u00fcrich.csv'
    const made = await put('Zu\u0308rich.csv', 'a')
    expect([made.status, made.body.name]).toEqual([201, composed])
    expect((await put(composed, 'b')).body.version).toBe(2)
    expect((await get('Zu\u0308rich.csv')).body.version).toBe(2)
    expect(made.body.uri.endsWith('/Zurich.csv')).toBe(true)
  })

  it('is listed, a page at a time', async () => {
    const made = []
    for (let number = 0; number < 3; number += 1) made.push(fileOf(await put(`page-${number}.csv`, 'a')))
    const names: string[] = []
    let cursor = ''
    do {
      const page = await app.request('GET', `/api/v1/org/default/library/?limit=2${cursor}`)
      expect(page.status).toBe(200)
      names.push(...page.body.items.map((item: { name: string }) => item.name))
      cursor = page.body.next_cursor === null ? '' : `&cursor=${page.body.next_cursor}`
    } while (cursor !== '')
    expect(names.slice(-3)).toEqual(made.map(({ name }) => name))
    expect(new Set(names).size).toBe(names.length)
    const all = await app.request('GET', '/api/v1/org/default/library/')
    expect(all.body.items.slice(-3)).toEqual(made)
  })

  it('stands in the audit with every version and its end', async () => {
    await put('audited.csv', 'a')
    await put('audited.csv', 'b')
    await remove('audited.csv')
    const { rows } = await sql<{ action: string; details: { version?: number } }>`
      select action, details from audit_entry
      where action like 'library_file.%' and details ->> 'name' = 'audited.csv' order by id`.execute(
      app.database.db,
    )
    expect(rows.map(({ action, details }) => [action, details.version])).toEqual([
      ['library_file.put', 1],
      ['library_file.put', 2],
      ['library_file.delete', undefined],
    ])
  })
})

describe('what cannot be kept', () => {
  it.each([
    ['x.exe', 'MZ', null, 415, 'name', 'has the extension exe; the library takes'],
    ['noextension', 'a', null, 415, 'name', 'has no extension'],
    ['weather.epw.exe', 'a', null, 415, 'name', 'has the extension exe'],
    ['../x.csv', 'a', null, 422, 'name', 'one such as "x.csv" is needed'],
    ['a\\b.csv', 'a', null, 422, 'name', 'one such as "b.csv" is needed'],
    [' x.csv', 'a', null, 422, 'name', 'one such as "x.csv" is needed'],
    ['x\u202Evsc.csv', 'a', null, 422, 'name', 'is no plain file name'],
    [`${'x'.repeat(300)}.csv`, 'a', null, 422, 'name', 'at most 255'],
    ['x.csv', 'a', 'image/png', 415, 'file', 'is declared as "image/png"'],
    ['x.csv', 'a', 'application/x-www-form-urlencoded', 415, null, 'or the file itself with its own type'],
    ['x.json', '{', null, 422, 'file', 'file ends in line 1'],
    ['x.csv', 'PK\u0003\u0004', null, 422, 'file', 'ZIP'],
    ['x.xml', '<!DOCTYPE a><a/>', null, 422, 'file', 'has a DOCTYPE'],
    ['x.csv', '', null, 422, 'file', 'is missing'],
  ] as const)('%s is refused (%#)', async (name, content, type, status, field, words) => {
    const before = await traces()
    const answer = await put(name, content, { type })
    expect(answer.status, JSON.stringify(answer.body)).toBe(status)
    if (field !== null) expect(answer.body.details[0].field).toBe(field)
    expect(answer.body.error).toContain(words)
    expect(await traces()).toEqual(before)
  })

  it('is told with all its faults at once', async () => {
    const answer = await put('x.json', '{"a": 1, "a": 2, "b": }', { type: 'image/png' })
    expect(answer.status).toBe(415)
    expect(answer.body.details.length).toBeGreaterThan(1)
    expect(answer.body.details.every(({ field }: { field: string }) => field === 'file')).toBe(true)
  })

  it('over the limit of its type is 413, and nothing of it stays', async () => {
    const before = await traces()
    const answer = await put('large.csv', 'a,b\n'.repeat(2_700_000))
    expect(answer.status).toBe(413)
    expect(answer.body.error).toContain('10 MB (10,485,760 bytes) for files of type csv')
    expect(await traces()).toEqual(before)
  })

  it('is a form with other parts, or with two files', async () => {
    const file = { name: 'file', fileName: 'x.csv', content: 'a' }
    const two = await put('x.csv', formOf([file, file]), { type: formType() })
    expect([two.status, two.body.details]).toEqual([
      422,
      [{ field: 'file', message: 'is a second file; send one' }],
    ])
    const other = await put('x.csv', formOf([{ name: 'note', content: 'x' }]), { type: formType() })
    expect(other.status).toBe(422)
    expect(other.body.details.map(({ field }: { field: string }) => field)).toEqual(['note', 'file'])
  })
})

describe('who may', () => {
  it('authors write, readers read', async () => {
    await put('roles.csv', 'a')
    const made = await app.request('POST', '/api/v1/tokens', { name: 'submitter', role: 'submitter' })
    const { token } = made.body
    expect((await put('roles.csv', 'b', { token })).status).toBe(403)
    expect((await remove('roles.csv', token)).status).toBe(403)
    expect((await get('roles.csv', token)).body.version).toBe(1)
  })

  it('each org has a library of its own', async () => {
    await put('shared.csv', 'a')
    const made = await app.request('POST', '/api/v1/orgs', { name: 'Apart', slug: 'apart' })
    const token = made.body.owner_token
    expect((await get('shared.csv', token, 'apart')).status).toBe(404)
    const theirs = await put('shared.csv', 'theirs', { token, org: 'apart' })
    expect([theirs.status, theirs.body.version]).toEqual([201, 1])
    expect(theirs.body.uri).toContain(`/library/${made.body.id}/`)
    expect((await get('shared.csv')).body.sha256).toBe(sha256('a'))
    expect((await put('shared.csv', 'x', { token })).status).toBe(404)
  })
})

describe('deleting', () => {
  it('frees the name and leaves the bytes to those who pinned them', async () => {
    const first = await put('gone.csv', 'a')
    expect((await remove('gone.csv')).status).toBe(204)
    expect((await get('gone.csv')).status).toBe(404)
    expect((await remove('gone.csv')).status).toBe(404)
    const content = await app.request('GET', `/api/v1/files/${first.body.file_id}/content`)
    expect([content.status, content.body]).toEqual([200, 'a'])
    const again = await put('gone.csv', 'a')
    expect([again.status, again.body.version]).toEqual([201, 1])
    expect(again.body.uri).not.toBe(first.body.uri)
  })

  it('waits for the workflows whose steps name the file', async () => {
    const workflows = workflowCalls(app)
    const step = { validator: 'energyplus', config: { weather_file: 'named.epw' } }
    const before = await workflows.create({ slug: 'naming', steps: [step] })
    const warning = "The library has no file 'named.epw'."
    expect(before.warnings).toMatchObject([{ code: 'library_file_unknown', message: warning }])
    const missing = await runCalls(app).launch('naming', [model])
    expect([missing.status, missing.body.error]).toEqual([422, 'Submission missing required weather file'])

    const made = await put('named.epw', weatherFile())
    expect(made.body.workflows).toEqual(['naming'])
    expect((await workflows.get('/naming')).body.warnings).toEqual([])
    await workflows.create({ slug: 'naming-too', steps: [{ validator: 'csv' }, step] })
    expect((await get('named.epw')).body.workflows).toEqual(['naming', 'naming-too'])

    const refused = await remove('named.epw')
    expect([refused.status, refused.body.error]).toEqual([
      409,
      '"named.epw" cannot be deleted: it is named by the steps of these workflows: "naming", "naming-too"',
    ])
    await workflows.patch('/naming/steps/0/', { config: { weather_file: 'other.epw' } })
    expect((await get('named.epw')).body.workflows).toEqual(['naming-too'])
    await workflows.remove('/naming-too/')
    expect((await get('named.epw')).body.workflows).toEqual([])
    expect((await remove('named.epw')).status).toBe(204)
  })

  it('does not wait for a step that takes the file from submitters', async () => {
    await put('unused.epw', weatherFile())
    const config = { ...submitterStep.config, weather_file: 'unused.epw' }
    await workflowCalls(app).create({ slug: 'bringing', steps: [{ ...submitterStep, config }] })
    expect((await remove('unused.epw')).status).toBe(204)
  })
})

describe('at one moment', () => {
  it('twenty uploads of one name make twenty versions, the last number of which is current', async () => {
    const contents = Array.from({ length: 20 }, (_, number) => `a,${number}\n`)
    const answers = await Promise.all(contents.map((content) => put('raced.csv', content)))
    expect(answers.map(({ status }) => status).filter((status) => status === 201)).toHaveLength(1)
    expect(answers.every(({ status }) => status < 300)).toBe(true)
    const versions = answers.map(({ body }) => body.version).sort((a, b) => a - b)
    expect(versions).toEqual(contents.map((_, index) => index + 1))
    const current = (await get('raced.csv')).body
    expect(answers.map(fileOf)).toContainEqual(current)
    expect(current.version).toBe(20)
    for (const [index, { body }] of answers.entries()) {
      expect(await readFile(body.uri, 'utf8')).toBe(contents[index])
    }
  })

  it('twenty uploads of the same bytes make one version', async () => {
    const before = await storedFiles(app)
    const answers = await Promise.all(Array.from({ length: 20 }, () => put('twins.csv', 'same')))
    expect(answers.map(({ status }) => status).sort()).toEqual([...Array(19).fill(200), 201])
    expect(new Set(answers.map(({ body }) => body.uri)).size).toBe(1)
    expect((await storedFiles(app)).length).toBe(before.length + 1)
  })
})

it('what a death left behind on the way is swept, and the name can be used', async () => {
  const log = createServerLog('silent')
  const store = createLocalStore(app.store, { log })
  const deps = { db: app.database.db, store, log }
  await app.database.db.insertInto('library_file').values({ org_id: 1, name: 'died.csv' }).execute()
  const before = await storedFiles(app)
  const kept = await store.writeTemporary(Readable.from([Buffer.from('a')]))
  const path = join(app.store, 'library/1/999/1/died.csv')
  const intent = await insertIntentAt(deps.db, { orgId: 1, paths: [path], temporaryPaths: [kept.path] })
  await storeAnnounced(deps, async () => ({ intent, files: [{ path, kept, same: null }] }))
  expect((await get('died.csv')).status).toBe(404)
  const listed = await app.request('GET', '/api/v1/org/default/library/?limit=1000')
  expect(JSON.stringify(listed.body)).not.toContain('died.csv')
  await sweepSubmissions(deps, new Date(Date.now() + 60_000))
  expect(await storedFiles(app)).toEqual(before)
  const made = await put('died.csv', 'b')
  expect([made.status, made.body.version]).toEqual([201, 2])
})

it('numbers of versions that are given out again, after a backup was restored, are passed over', async () => {
  const first = await put('restored.csv', 'a,b\n1,2\n')
  const folder = join(first.body.uri, '../..')
  for (const version of [2, 3]) {
    await mkdir(join(folder, `${version}`))
    await writeFile(join(folder, `${version}`, 'restored.csv'), 'of a version that the backup does not know')
  }
  const next = await put('restored.csv', 'a,b\n3,4\n')
  expect([next.status, next.body.version]).toEqual([200, 4])
  expect(await readFile(next.body.uri, 'utf8')).toBe('a,b\n3,4\n')
  expect(await readFile(join(folder, '2/restored.csv'), 'utf8')).toContain('does not know')
})
