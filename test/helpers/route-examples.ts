import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { formOf, formType } from './submissions.ts'
import type { TestApp } from './test-app.ts'

/** In every name that the first org gives, so that it shows wherever it leaks to. */
export const marker = 'kittiwake-7731'

/** A request that succeeds for the owner of the first org. Each is asked for anew before it is sent. */
export interface RouteExample {
  /** After the prefix (`/api/v1`, `/api`). */
  path: string
  /** Sent as JSON unless it is a Buffer. */
  body?: unknown
  /** With a cookie among them the token is left out. */
  headers?: Record<string, string>
  /** A call that is no GET and writes nothing, so that it leaves no audit entry. */
  reads?: true
  /** A call whose address holds only a name, which every org may give for itself. */
  byName?: true
}

let made = 0
function freshName(): string {
  made += 1
  return `${marker}-${made}`
}

export async function makeOne(app: TestApp, path: string, body: object): Promise<number> {
  const answer = await app.request('POST', `/api/v1${path}`, body)
  if (answer.status !== 201) throw new Error(`POST ${path}: ${answer.status} ${JSON.stringify(answer.body)}`)
  return answer.body.id
}

export async function jobBody(app: TestApp): Promise<object> {
  const name = freshName()
  await writeFile(join(app.files, `${name}.genkey`), name)
  const file = { file_name: `${name}.genkey`, path: join(app.files, `${name}.genkey`) }
  return {
    job: { description: name, project_name: freshName(), olga_version: '7.3.5' },
    casefiles: [{ ...file, aux_files: [file] }],
  }
}

export async function analysisBody(app: TestApp): Promise<object> {
  const path = join(app.files, freshName())
  await writeFile(path, '')
  return { type: freshName(), status: 'completed', outputs: { file: { basename: path }, note: freshName() } }
}

/** The address of a kase of a new job, and the id of its only aux file. */
async function makeKase(app: TestApp): Promise<{ path: string; auxId: number }> {
  const job = await app.request('POST', '/api/v1/jobs', await jobBody(app))
  const [kase] = job.body.kases
  return { path: `/kases/${kase.id}`, auxId: kase.casefile.aux_files[0].id }
}

async function outputsBody(app: TestApp): Promise<object> {
  const name = freshName()
  await writeFile(join(app.files, name), name)
  return { files: [{ file_name: name, path: join(app.files, name) }] }
}

async function analysisPatch(app: TestApp): Promise<object> {
  const { outputs } = (await analysisBody(app)) as { outputs: object }
  return { outputs, meta: { note: freshName() } }
}

export async function makeAnalysis(app: TestApp): Promise<string> {
  return `/analysis/${await makeOne(app, `/analysis/${freshName()}`, await analysisBody(app))}`
}

export async function makeFile(app: TestApp): Promise<number> {
  const path = join(app.files, freshName())
  await writeFile(path, '')
  const answer = await app.request('POST', '/api/v1/files/verify', { paths: [path] })
  return answer.body.items[0].id
}

async function locationBody(app: TestApp): Promise<object> {
  const root = join(app.files, freshName())
  await mkdir(root)
  return { root, name: freshName() }
}

/** The cookie of a browser that has just signed in, and what such a browser sends along. */
export async function browserHeaders(app: TestApp): Promise<Record<string, string>> {
  const link = await app.request('POST', '/api/v1/sign-in-links', {})
  const { pathname, search } = new URL(link.body.url)
  const answer = await app.request('GET', `${pathname}${search}`, undefined, '')
  const cookie = String(answer.headers['set-cookie']).split(';')[0] ?? ''
  return { cookie, 'sec-fetch-site': 'same-origin' }
}

const slotBody = () => ({
  slug: freshName(),
  label: freshName(),
  allowed_file_types: ['epw'],
})
const stepBody = () => ({
  validator: 'energyplus',
  name: freshName(),
  config: { weather_file: `${freshName()}.epw` },
})

/** The address of a new workflow with a slot and a step, and the slug of its slot. */
async function makeWorkflow(app: TestApp): Promise<{ path: string; slug: string }> {
  const slot = slotBody()
  const body = { name: freshName(), auxiliary_file_slots: [slot], steps: [stepBody()] }
  const id = await makeOne(app, '/orgs/default/workflows', body)
  return { path: `/orgs/default/workflows/${id}`, slug: slot.slug }
}

/** A form whose file has the marker in its name, and the workflow's slug in its address. */
function submission(): Pick<RouteExample, 'body' | 'headers'> {
  const part = { name: 'file', fileName: `${freshName()}.idf`, content: freshName() }
  return { body: formOf([part]), headers: { 'content-type': formType() } }
}

export async function makeRun(app: TestApp): Promise<string> {
  const workflow = await makeOne(app, '/orgs/default/workflows', { name: freshName() })
  const { body, headers = {} } = submission()
  const answer = await app.app.inject({
    method: 'POST',
    url: `/api/v1/orgs/default/workflows/${workflow}/runs`,
    headers: { authorization: `Bearer ${app.ownerToken}`, ...headers },
    payload: body as Buffer,
  })
  return `/orgs/default/runs/${answer.json().id}`
}

function runExamples(): Examples {
  const path = '/orgs/:org/runs'
  const launch = async (app: TestApp, tail: string): Promise<RouteExample> => {
    const workflow = await makeOne(app, '/orgs/default/workflows', { name: freshName() })
    return { path: `/orgs/default/workflows/${workflow}/runs${tail}`, ...submission() }
  }
  return {
    'POST /orgs/:org/workflows/:id/runs': (app) => launch(app, ''),
    'POST /orgs/:org/workflows/:id/runs/check': async (app) => ({
      ...(await launch(app, '/check')),
      reads: true,
    }),
    [`GET ${path}`]: async (app) => {
      await makeRun(app)
      return { path: '/orgs/default/runs' }
    },
    [`GET ${path}/:id`]: async (app) => ({ path: await makeRun(app) }),
    [`POST ${path}/:id/cancel`]: async (app) => ({ path: `${await makeRun(app)}/cancel` }),
  }
}

function libraryExamples(): Examples {
  const put = (): RouteExample => ({
    path: `/orgs/default/library/${freshName()}.json`,
    body: Buffer.from('{}'),
    headers: { 'content-type': 'application/json' },
  })
  const made = async (app: TestApp): Promise<RouteExample> => {
    const { path, body, headers = {} } = put()
    await app.app.inject({
      method: 'PUT',
      url: `/api/v1${path}`,
      headers: { authorization: `Bearer ${app.ownerToken}`, ...headers },
      payload: body as Buffer,
    })
    return { path }
  }
  return {
    'PUT /orgs/:org/library/:name': async () => put(),
    'GET /orgs/:org/library': async (app) => {
      await made(app)
      return { path: '/orgs/default/library' }
    },
    'GET /orgs/:org/library/:name': made,
    'DELETE /orgs/:org/library/:name': made,
  }
}

type Examples = Record<string, (app: TestApp) => Promise<RouteExample>>

function namedList(path: string, body: () => Promise<object> | object): Examples {
  const one = async (app: TestApp) => `${path}/${await makeOne(app, path, await body())}`
  return {
    [`POST ${path}`]: async () => ({ path, body: await body() }),
    [`GET ${path}/:id`]: async (app) => ({ path: await one(app) }),
    [`PATCH ${path}/:id`]: async (app) => ({ path: await one(app), body: { name: freshName() } }),
    [`DELETE ${path}/:id`]: async (app) => ({ path: await one(app) }),
  }
}

function workflowExamples(): Examples {
  const path = '/orgs/:org/workflows'
  const at =
    (tail: (slug: string) => string, body?: () => object) =>
    async (app: TestApp): Promise<RouteExample> => {
      const workflow = await makeWorkflow(app)
      return { path: `${workflow.path}${tail(workflow.slug)}`, ...(body && { body: body() }) }
    }
  const ofSlot = (slug: string) => `/slots/${slug}`
  return {
    [`GET ${path}`]: async (app) => {
      await makeWorkflow(app)
      return { path: '/orgs/default/workflows' }
    },
    [`POST ${path}`]: async () => ({ path: '/orgs/default/workflows', body: { name: freshName() } }),
    [`GET ${path}/:id`]: at(() => ''),
    [`PATCH ${path}/:id`]: at(
      () => '',
      () => ({ name: freshName(), steps: [stepBody()] }),
    ),
    [`DELETE ${path}/:id`]: at(() => ''),
    [`GET ${path}/:id/check`]: at(() => '/check'),
    [`GET ${path}/:id/slots`]: at(() => '/slots'),
    [`POST ${path}/:id/slots`]: at(() => '/slots', slotBody),
    [`GET ${path}/:id/slots/:slug`]: at(ofSlot),
    [`PATCH ${path}/:id/slots/:slug`]: at(ofSlot, () => ({ label: freshName() })),
    [`DELETE ${path}/:id/slots/:slug`]: at(ofSlot),
    [`GET ${path}/:id/steps`]: at(() => '/steps'),
    [`POST ${path}/:id/steps`]: at(() => '/steps', stepBody),
    [`GET ${path}/:id/steps/:index`]: at(() => '/steps/0'),
    [`PATCH ${path}/:id/steps/:index`]: at(() => '/steps/0', stepBody),
    [`DELETE ${path}/:id/steps/:index`]: at(() => '/steps/0'),
  }
}

/** A new route that writes, or that names something in its address, needs an example here. */
export function routeExamples(app: TestApp): Examples {
  const name = () => ({ name: freshName() })
  return {
    ...namedList('/projects', name),
    ...namedList('/members', name),
    ...namedList('/tokens', name),
    ...namedList('/locations', () => locationBody(app)),
    ...namedList('/priorities', name),
    ...namedList('/engines', name),
    ...namedList('/solver-versions', name),
    ...workflowExamples(),
    ...runExamples(),
    ...libraryExamples(),
    'POST /orgs': async () => ({ path: '/orgs', body: name() }),
    'POST /orgs/:id/owner-token': async () => ({
      path: `/orgs/${await makeOne(app, '/orgs', name())}/owner-token`,
    }),
    'POST /orgs/:id/locations': async () => ({
      path: `/orgs/${await makeOne(app, '/orgs', name())}/locations`,
      body: await locationBody(app),
    }),
    'POST /sign-in-links': async () => ({ path: '/sign-in-links', body: {} }),
    'POST /sign-out': async () => ({ path: '/sign-out', headers: await browserHeaders(app) }),
    'POST /jobs': async () => ({ path: '/jobs', body: await jobBody(app) }),
    'POST /jobs/check': async () => ({ path: '/jobs/check', body: await jobBody(app), reads: true }),
    'GET /jobs/:id': async () => ({ path: `/jobs/${await makeOne(app, '/jobs', await jobBody(app))}` }),
    'PATCH /jobs/:id': async () => ({
      path: `/jobs/${await makeOne(app, '/jobs', await jobBody(app))}`,
      body: { pause_flag: true },
    }),
    'GET /jobs/status': async () => ({
      path: `/jobs/status?job_ids=${await makeOne(app, '/jobs', await jobBody(app))}`,
    }),
    'GET /jobs/:id/status': async () => ({
      path: `/jobs/${await makeOne(app, '/jobs', await jobBody(app))}/status`,
    }),
    'POST /kases/:id/outputs': async () => ({
      path: `${(await makeKase(app)).path}/outputs`,
      body: await outputsBody(app),
    }),
    'PATCH /kases/:id/aux_files/:aux_id': async () => {
      const { path, auxId } = await makeKase(app)
      return { path: `${path}/aux_files/${auxId}`, body: { is_downloaded: true } }
    },
    'POST /analysis/:project': async () => ({
      path: `/analysis/${freshName()}`,
      body: await analysisBody(app),
      byName: true,
    }),
    'PUT /analysis/:project': async () => ({
      path: `/analysis/${freshName()}`,
      body: await analysisBody(app),
      byName: true,
    }),
    'GET /analysis/:id': async () => ({ path: await makeAnalysis(app) }),
    'GET /analysis/:id/details': async () => ({ path: `${await makeAnalysis(app)}/details` }),
    'PATCH /analysis/:id': async () => ({ path: await makeAnalysis(app), body: await analysisPatch(app) }),
    'POST /analysis/:id/verify': async () => ({ path: `${await makeAnalysis(app)}/verify` }),
    'POST /graphql': async () => ({ path: '/graphql', body: { query: '{ __typename }' }, reads: true }),
    'POST /analysis/query': async () => ({ path: '/analysis/query', body: {}, reads: true }),
    'GET /files/:id': async () => ({ path: `/files/${await makeFile(app)}` }),
    'GET /files/:id/content': async () => ({ path: `/files/${await makeFile(app)}/content` }),
    'POST /files/:id/link': async (app) => ({ path: `/files/${await makeFile(app)}/link`, body: {} }),
    'POST /files/verify': async () => ({
      path: '/files/verify',
      body: { ids: [await makeFile(app)] },
    }),
  }
}
