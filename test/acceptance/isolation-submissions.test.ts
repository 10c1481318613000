import { readdir, readFile, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Role } from '../../src/contract/access.ts'
import { roles } from '../../src/contract/choices.ts'
import type { DeclaredRoute } from '../../src/server/declared-routes.ts'
import { weatherFile } from '../helpers/file-contents.ts'
import { sendGraphql } from '../helpers/graphql.ts'
import { marker, type RouteExample, routeExamples } from '../helpers/route-examples.ts'
import { aux, model, runCalls, type SentPart } from '../helpers/submissions.ts'
import { startTestApp, type TestApp } from '../helpers/test-app.ts'
import { weatherSlot, workflowCalls } from '../helpers/workflows.ts'

let app: TestApp
/** The org that looks where it must not, and a token of every role in it. */
let otherId: number
const tokens = new Map<Role, string>()
/** What the org `default` has and the other must never see. */
let run: { id: number; files: { file_id: number; uri: string; sha256: string }[] }
let library: { file_id: number; uri: string; sha256: string }
const workflow = `${marker}-flow`
const libraryName = `${marker}.epw`
const weather = weatherFile().replace('Chicago', marker)
const parts: SentPart[] = [
  { ...model, content: `{"model": "${marker}"}` },
  aux('weather_file', libraryName, weather),
]

beforeAll(async () => {
  app = await startTestApp()
  const other = await app.request('POST', '/api/v1/orgs', { name: 'Other', slug: 'other' })
  otherId = other.body.id
  for (const role of roles) {
    const made = await app.request('POST', '/api/v1/tokens', { name: role, role }, other.body.owner_token)
    tokens.set(role, made.body.token)
  }
  const named = { validator: 'energyplus', config: { weather_file: libraryName } }
  const body = { name: marker, slug: workflow, auxiliary_file_slots: [weatherSlot] }
  await workflowCalls(app).create({ ...body, steps: [named] })
  await put(libraryName, weather, app.ownerToken, 'default')
  library = (await app.request('GET', `/api/v1/org/default/library/${libraryName}`)).body
  const launched = await runCalls(app).launch(workflow, parts, { key: marker })
  expect(launched.status, JSON.stringify(launched.body)).toBe(202)
  run = launched.body
})
afterAll(() => app.stop())

const tokenOf = (role: Role) => tokens.get(role) ?? ''

async function put(name: string, content: string, token: string, org: string) {
  const path = `/org/${org}/library/${name}`
  return await runCalls(app).call('PUT', path, content, { 'content-type': 'application/octet-stream' }, token)
}

/** All rows but the times at which tokens were last used, and all files of the private store. */
async function everything(): Promise<Map<string, string>> {
  const tables = await sql<{ name: string }>`
    select table_name as name from information_schema.tables
    where table_schema = 'public' and table_type = 'BASE TABLE' order by 1`.execute(app.database.db)
  const all = new Map<string, string>()
  for (const { name } of tables.rows) {
    const { rows } = await sql<{ text: string }>`
      select coalesce(json_agg(row order by row::text), '[]')::text as text
      from (select to_jsonb(t) - 'last_used_at' as row from ${sql.table(name)} t) rows`.execute(
      app.database.db,
    )
    all.set(name, rows[0]?.text ?? '')
  }
  const stored = await readdir(app.store, { recursive: true, withFileTypes: true })
  all.set('store', JSON.stringify(stored.map((entry) => join(entry.parentPath, entry.name)).sort()))
  return all
}

interface Target {
  route: DeclaredRoute
  path: string
  /** The same for what was never there: it must be answered alike. */
  twin: string
  example: RouteExample
}

/** Every call below an org's address or a file's, at every address that leads to what is of the org `default`. */
async function targets(): Promise<Target[]> {
  const examples = routeExamples(app)
  const found: Target[] = []
  for (const route of app.app.declaredRoutes) {
    const key = /^\/api\/v1(\/(?:orgs\/:org|files\/:id)(?:\/.*)?)$/.exec(route.url)?.[1]?.replace(/\/$/, '')
    if (key === undefined || route.access === 'deployment' || route.method === 'HEAD') continue
    const example = await examples[`${route.method} ${key}`]?.(app)
    if (example === undefined) throw new Error(`${route.method} ${key} has no example`)
    for (const address of await addressesOf(example.path, route)) found.push({ route, example, ...address })
  }
  return found
}

async function addressesOf(path: string, { method, url }: DeclaredRoute) {
  const unknown = (address: string) =>
    address
      .replace(/(files|runs|workflows)\/[^/]+/, '$1/999999')
      .replace(/library\/.*/, 'library/unknown.json')
  const tail = /^\/orgs\/default(\/.*)$/.exec(path)?.[1]
  if (tail === undefined) return [{ path, twin: unknown(path) }]
  const id = /^\/workflows\/(\d+)/.exec(tail)?.[1]
  const slug = id === undefined ? null : (await workflowCalls(app).get(`/${id}`)).body.slug
  const tails = slug === null ? [tail] : [tail, tail.replace(/\d+/, slug)]
  const atTheirs = tails.flatMap((end) =>
    ['org/default', 'orgs/1'].map((org) => ({
      path: `/${org}${end}`,
      twin: `/org/nobody${unknown(end)}`,
    })),
  )
  // A new workflow and a library file under whatever name are the other org's own to make.
  if (method === 'PUT' || !/:org\/.*:/.test(url)) return atTheirs
  const atOwn = tails.flatMap((end) =>
    ['org/other', `orgs/${otherId}`].map((org) => ({
      path: `/${org}${end}`,
      twin: `/${org}${unknown(end)}`,
    })),
  )
  return [...atTheirs, ...atOwn]
}

async function send(method: string, path: string, { body, headers }: RouteExample, token: string) {
  const isSent = ['POST', 'PUT', 'PATCH'].includes(method)
  const payload = Buffer.isBuffer(body) ? body : JSON.stringify(body ?? {})
  const type = { 'content-type': 'application/json' }
  return await app.app.inject({
    method: method as 'GET',
    url: `/api/v1${path}`,
    headers: { ...(isSent ? type : {}), ...headers, authorization: `Bearer ${token}` },
    ...(isSent ? { payload } : {}),
  })
}

describe('what is another org’s', () => {
  it('is as unknown as what is nowhere, for every role, at every address, and stays as it was', async () => {
    const all = await targets()
    expect(new Set(all.map(({ route }) => route.url)).size).toBeGreaterThan(12)
    const before = await everything()
    for (const role of roles) {
      for (const { route, path, twin, example } of all) {
        const what = `${route.method} ${path} as ${role}`
        const answer = await send(route.method, path, example, tokenOf(role))
        const mayCall = roles.indexOf(role) >= roles.indexOf(route.access as Role)
        expect(answer.statusCode, `${what}: ${answer.body}`).toBe(mayCall ? 404 : 403)
        expect(answer.body, what).not.toContain(marker)
        const never = await send(route.method, twin, example, tokenOf(role))
        expect([answer.statusCode, answer.body], what).toEqual([never.statusCode, never.body])
      }
    }
    expect(await everything()).toEqual(before)
  })

  it('is unknown to the token of the deployment too', async () => {
    await workflowCalls(app, 'other').post('/', { name: 'Own', slug: 'own' }, tokenOf('owner'))
    const own = await runCalls(app).launch('own', [model], { org: 'other', token: tokenOf('owner') })
    await put('own.csv', 'a', tokenOf('owner'), 'other')
    const tails = [`runs/${own.body.id}`, 'workflows/own', 'library/own.csv', 'runs', 'workflows', 'library']
    for (const tail of tails) {
      for (const org of ['other', otherId]) {
        expect((await app.request('GET', `/api/v1/org/${org}/${tail}`)).status, tail).toBe(404)
      }
    }
    expect((await app.request('GET', `/api/v1/files/${own.body.files[0].file_id}/content`)).status).toBe(404)
  })
})

describe.each(roles)('a %s of another org', (role) => {
  const get = (path: string) => app.request('GET', `/api/v1${path}`, undefined, tokenOf(role))

  it('finds nothing of it in a list, by whatever it asks', async () => {
    const { body } = await workflowCalls(app).get(`/${workflow}`)
    const file = run.files[1]
    for (const list of [
      ...['', `?workflow=${workflow}`, `?workflow=${body.id}`, `?cursor=${run.id + 1}`].map(
        (query) => `/org/other/runs/${query}`,
      ),
      '/org/other/library/',
      '/org/other/workflows/',
      `/files?name=${libraryName}`,
      `/files?path_prefix=${dirname(file?.uri ?? '')}`,
      `/files?path_prefix=${app.store}`,
      '/files?ext=epw&direction=in',
    ]) {
      const answer = await get(list)
      // A cursor of another org’s list is one like any other, or none.
      expect([200, ...(list.includes('cursor') ? [400] : [])], list).toContain(answer.status)
      expect(JSON.stringify(answer.body), list).not.toContain(marker)
    }
  })

  it('finds nothing of it by GraphQL', async () => {
    const query = `query ($run: Int!, $file: Int!, $name: String!) {
      run(id: $run) { id files { uri } } file(id: $file) { id path } files(name: $name) { items { id } } }`
    const variables = { run: run.id, file: library.file_id, name: libraryName }
    const theirs = await sendGraphql(app, query, variables, { token: tokenOf(role) })
    expect(theirs.body.data).toEqual({ run: null, file: null, files: { items: [] } })
    const messages = theirs.body.errors.map(({ message }: { message: string }) => message)
    expect(messages.sort()).toEqual(['File not found', 'Run not found'])
    const own = await sendGraphql(app, query, variables)
    expect(own.body.data).toMatchObject({ run: { id: run.id }, file: { id: library.file_id } })
  })
})

describe('another org with the same bytes, names and keys', () => {
  const token = () => tokenOf('submitter')
  const launch = (key: string, org = 'other') =>
    runCalls(app).launch(workflow, parts, { key, org, token: token() })
  beforeAll(async () => {
    const body = { name: 'Own', slug: workflow, auxiliary_file_slots: [weatherSlot] }
    const made = await workflowCalls(app, 'other').post('/', body, tokenOf('author'))
    expect(made.status, JSON.stringify(made.body)).toBe(201)
  })

  it('is told of no file that is the same, and shares no storage', async () => {
    const theirs = await launch('fresh')
    expect(theirs.status, JSON.stringify(theirs.body)).toBe(202)
    for (const [index, file] of theirs.body.files.entries()) {
      const ours = run.files[index]
      expect([file.sha256, file.same_as]).toEqual([ours?.sha256, null])
      expect(file.file_id).not.toBe(ours?.file_id)
      expect((await stat(file.uri)).ino).not.toBe((await stat(ours?.uri ?? '')).ino)
    }
    // Its own are found, so that the bytes were worth it.
    expect((await launch('again')).body.files[1].same_as).toBe(theirs.body.files[1].file_id)
  })

  it('is given no first answer to a key that is not its own', async () => {
    const theirs = await launch(marker)
    expect([theirs.status, theirs.headers.get('idempotent-replay')]).toEqual([202, null])
    expect(theirs.body.id).not.toBe(run.id)
    const changed = await runCalls(app).launch(workflow, [...parts, { name: 'name', content: 'x' }], {
      ...{ key: marker, org: 'default', token: token() },
    })
    for (const answer of [await launch(marker, 'default'), changed]) {
      expect([answer.status, answer.body.error]).toEqual([404, 'Org not found'])
      expect(answer.headers.get('idempotent-replay')).toBeNull()
    }
    const ours = await runCalls(app).launch(workflow, parts, { key: marker })
    expect([ours.body.id, ours.headers.get('idempotent-replay')]).toEqual([run.id, 'true'])
  })

  it('makes a library file of its own, which is the first version, and deletes only that', async () => {
    const before = await readFile(library.uri, 'utf8')
    const made = await put(libraryName, weather, tokenOf('author'), 'other')
    expect(made.status, JSON.stringify(made.body)).toBe(201)
    expect(made.body).toMatchObject({ version: 1, sha256: library.sha256, workflows: [] })
    expect(made.body.file_id).not.toBe(library.file_id)
    expect((await stat(made.body.uri)).ino).not.toBe((await stat(library.uri)).ino)
    const path = `/api/v1/org/other/library/${libraryName}`
    expect((await app.request('DELETE', path, undefined, tokenOf('author'))).status).toBe(204)
    const ours = await app.request('GET', `/api/v1/org/default/library/${libraryName}`)
    expect([ours.status, ours.body]).toEqual([200, library])
    expect(await readFile(library.uri, 'utf8')).toBe(before)
  })

  it('has a step that names a file of this library warned of, and no run of it', async () => {
    const step = { validator: 'energyplus', config: { weather_file: libraryName } }
    const body = { name: 'Naming', slug: 'naming', steps: [step] }
    const made = await workflowCalls(app, 'other').post('/', body, tokenOf('author'))
    expect(made.body.warnings).toMatchObject([{ code: 'library_file_unknown' }])
    const launched = await runCalls(app).launch('naming', [model], { org: 'other', token: token() })
    expect([launched.status, launched.body.error]).toEqual([422, 'Submission missing required weather file'])
  })
})

describe('another org that knows where a file of this one is stored', () => {
  const token = () => tokenOf('owner')
  const verify = (body: object) => app.request('POST', '/api/v1/files/verify', body, token())
  const paths = () => [...new Set([library.uri, ...run.files.map(({ uri }) => uri)])]

  it('may write down the path, and gets neither a fact nor a byte of what is there', async () => {
    const seen = await verify({ paths: paths() })
    expect(seen.status, JSON.stringify(seen.body)).toBe(200)
    expect(seen.body.items).toHaveLength(3)
    for (const file of seen.body.items) {
      expect(file).toMatchObject({ state: 'declared', size: null, file_checksum: null })
      const content = await app.request('GET', `/api/v1/files/${file.id}/content`, undefined, token())
      const link = await app.request('POST', `/api/v1/files/${file.id}/link`, {}, token())
      const refused = [422, expect.stringContaining('No location of this org covers')]
      expect([content.status, content.body.error]).toEqual(refused)
      expect([link.status, link.body.error]).toEqual(refused)
    }
  })

  it('is not led there by way of its own folder, nor by a location of its own', async () => {
    const detour = (path: string) => path.replace(/\/(library|submissions)\/1\//, `/$1/${otherId}/../1/`)
    const seen = await verify({ paths: paths().map(detour) })
    expect([seen.status, seen.body.details]).toEqual([
      422,
      paths().map((_, index) => expect.objectContaining({ field: `paths[${index}]` })),
    ])
    for (const root of [dirname(library.uri), app.store, dirname(app.store)]) {
      const location = await app.request('POST', '/api/v1/locations', { root }, token())
      expect(location.status, JSON.stringify(location.body)).toBe(422)
    }
  })

  it('names none by its number', async () => {
    const [answer, never] = [
      await verify({ ids: [library.file_id, run.files[0]?.file_id] }),
      await verify({ ids: [999_998, 999_999] }),
    ]
    expect([answer.status, never.status]).toEqual([404, 404])
    const words = (body: object) => JSON.stringify(body).replace(/there is no file \d+/g, 'there is no file')
    expect(words(answer.body)).toBe(words(never.body))
  })
})
