import { mkdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestApp, type TestApp } from '../helpers/test-app.ts'

let app: TestApp
beforeAll(async () => {
  app = await startTestApp()
})
afterAll(() => app.stop())

const post = (path: string, body: unknown, token?: string) =>
  app.request('POST', `/api/v1${path}`, body, token)
const get = (path: string, token?: string) => app.request('GET', `/api/v1${path}`, undefined, token)
const patch = (path: string, body: unknown, token?: string) =>
  app.request('PATCH', `/api/v1${path}`, body, token)
const remove = (path: string, token?: string) => app.request('DELETE', `/api/v1${path}`, undefined, token)

const job = (description: string, more: object = {}) => ({
  job: { description, project_name: `Project of ${description}`, olga_version: '7.3.5', ...more },
  casefiles: [{ file_name: 'a.olga', path: '/shared/a.olga' }],
})

describe.each([
  ['/projects', 'Project', 'project'],
  ['/members', 'Member', 'member'],
  ['/priorities', 'Priority', 'priority'],
  ['/engines', 'Engine', 'engine'],
  ['/solver-versions', 'Solver version', 'solver version'],
])('%s', (path, title, noun) => {
  it('makes, reads, renames and deletes by a name alone', async () => {
    const made = await post(path, { name: 'first' })
    expect(made.status).toBe(201)
    expect(made.body).toMatchObject({ name: 'first', created_at: expect.stringMatching(/Z$/) })
    const { id } = made.body
    expect((await get(`${path}/${id}`)).body).toEqual(made.body)
    expect((await get(path)).body.items).toContainEqual(made.body)
    const renamed = await patch(`${path}/${id}`, { name: 'second' })
    expect(renamed.body).toEqual({ ...made.body, name: 'second' })
    expect((await patch(`${path}/${id}`, {})).body).toEqual(renamed.body)
    const deleted = await remove(`${path}/${id}`)
    expect([deleted.status, deleted.body]).toEqual([204, ''])
    const gone = await get(`${path}/${id}`)
    expect([gone.status, gone.body.error]).toEqual([404, `${title} not found`])
    expect((await remove(`${path}/${id}`)).status).toBe(404)
  })

  it('refuses a name that stands', async () => {
    await post(path, { name: 'taken' })
    const other = await post(path, { name: 'other' })
    const again = await post(path, { name: 'taken' })
    expect(again.status).toBe(409)
    expect(again.body.error).toMatch(new RegExp(`^There is an? ${noun} "taken" already$`))
    expect((await patch(`${path}/${other.body.id}`, { name: 'taken' })).status).toBe(409)
  })

  it('refuses names that cannot be shown, and fields that it does not know', async () => {
    for (const name of ['', ' ', 'a\0b', 'half \ud800', 'two\nlines', 'x'.repeat(201), 7, null]) {
      const answer = await post(path, { name })
      expect(answer.status, JSON.stringify(name)).toBe(422)
      expect(answer.body.details, JSON.stringify(name)).toMatchObject([{ field: 'name' }])
    }
    const answer = await post(path, { colour: 'blue', id: 7 })
    expect(answer.status).toBe(422)
    expect(answer.body.details.map((detail: { field: string }) => detail.field).sort()).toEqual([
      'colour',
      'id',
      'name',
    ])
  })

  it('pages', async () => {
    for (const name of ['page a', 'page b', 'page c']) await post(path, { name })
    const whole = (await get(path)).body
    const names: string[] = []
    let cursor: string | null = ''
    while (cursor !== null) {
      const page = await get(`${path}?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`)
      expect(page.body.items.length).toBeLessThanOrEqual(2)
      names.push(...page.body.items.map((item: { name: string }) => item.name))
      cursor = page.body.next_cursor
    }
    expect(names).toEqual(whole.items.map((item: { name: string }) => item.name))
    expect((await get(`${path}?cursor=soon`)).status).toBe(400)
    expect((await get(`${path}?limit=0`)).status).toBe(400)
    expect((await get(`${path}?limit=1001`)).status).toBe(400)
  })

  it('answers one of many who make the same name at once, and refuses the others', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => post(path, { name: 'race' })))
    expect(answers.map((answer) => answer.status).sort()).toEqual([201, 409, 409, 409, 409, 409, 409, 409])
  })
})

describe('lists of the org', () => {
  it('number their items within the org, also when many are added at once', async () => {
    const { owner_token: token } = (await post('/orgs', { name: 'Numbers' })).body
    const made = await Promise.all(
      Array.from({ length: 6 }, (_, index) => post('/engines', { name: `engine ${index}` }, token)),
    )
    expect(made.map((answer) => answer.body.id).sort()).toEqual([2, 3, 4, 5, 6, 7])
    expect((await get('/engines/1', token)).body).toMatchObject({ id: 1, name: 'local', kind: 'local' })
  })

  it('keep what jobs use, and name the use', async () => {
    const version = await post('/solver-versions', { name: '8.1.0' })
    const project = 'Project of used'
    expect((await post('/jobs', job('used', { olga_version: '8.1.0' }))).status).toBe(201)
    const kept = await remove(`/solver-versions/${version.body.id}`)
    expect(kept.status).toBe(409)
    expect(kept.body.error).toBe('The solver version "8.1.0" is used by jobs and cannot be deleted')
    const { items } = (await get('/projects?limit=1000')).body
    const { id } = items.find((item: { name: string }) => item.name === project)
    const keptProject = await remove(`/projects/${id}`)
    expect(keptProject.status).toBe(409)
    expect(keptProject.body.error).toBe(`The project "${project}" is used by jobs and cannot be deleted`)
  })

  it('are deleted or used, never both, also when both happen at once', async () => {
    for (let round = 0; round < 5; round += 1) {
      const project = (await post('/projects', { name: `Project of race ${round}` })).body
      const engine = (await post('/engines', { name: `racing ${round}` })).body
      const [made, ...deleted] = await Promise.all([
        post('/jobs', job(`race ${round}`, { engine_id: engine.id })),
        remove(`/engines/${engine.id}`),
        remove(`/projects/${project.id}`),
      ])
      expect([201, 422]).toContain(made.status)
      for (const answer of deleted) expect([204, 409]).toContain(answer.status)
      expect(deleted[0]?.status).toBe(made.status === 201 ? 409 : 204)
    }
  })

  it('know the kinds of engine', async () => {
    const made = await post('/engines', { name: 'cluster', kind: 'slurm' })
    expect(made.body.kind).toBe('slurm')
    expect((await patch(`/engines/${made.body.id}`, { kind: 'local' })).body.kind).toBe('local')
    expect((await post('/engines', { name: 'x', kind: 'abacus' })).status).toBe(422)
    expect((await post('/priorities', { name: 'x', kind: 'local' })).status).toBe(422)
  })
})

describe('tokens', () => {
  it('tell the token once, and never again', async () => {
    const made = await post('/tokens', { name: 'ci' })
    expect(made.status).toBe(201)
    const { token, ...fields } = made.body
    expect(token).toMatch(/^wb_[-\w]{43}$/)
    expect(fields).toMatchObject({
      name: 'ci',
      role: 'submitter',
      member_id: null,
      member_name: null,
      deployment: false,
      session: false,
      prefix: token.slice(0, 9),
      expires_at: null,
      last_used_at: null,
      revoked_at: null,
    })
    expect((await get(`/tokens/${fields.id}`)).body).toEqual(fields)
    const { rows } = await sql<{ row: string }>`select row_to_json(token)::text as row from token`.execute(
      app.database.db,
    )
    expect(rows.filter(({ row }) => row.includes(token.slice(9)))).toEqual([])
  })

  it('end at once when they are revoked, and stay in the list', async () => {
    const { id, token } = (await post('/tokens', { name: 'short' })).body
    expect((await get('/me', token)).status).toBe(200)
    expect((await remove(`/tokens/${id}`)).status).toBe(204)
    expect((await get('/me', token)).status).toBe(401)
    expect((await remove(`/tokens/${id}`)).status).toBe(204)
    expect((await get(`/tokens/${id}`)).body.revoked_at).toMatch(/Z$/)
    expect((await patch(`/tokens/${id}`, { name: 'again' })).status).toBe(409)
  })

  it('end when they expire', async () => {
    const expires_at = new Date(Date.now() + 1500).toISOString()
    const { id, token } = (await post('/tokens', { name: 'brief', expires_at })).body
    expect((await get('/me', token)).status).toBe(200)
    await new Promise((resolve) => setTimeout(resolve, 1600))
    expect((await get('/me', token)).status).toBe(401)
    expect((await patch(`/tokens/${id}`, { expires_at: null })).body.expires_at).toBeNull()
    expect((await get('/me', token)).status).toBe(200)
  })

  it('refuse every fault at once', async () => {
    const answer = await post('/tokens', {
      name: ' ',
      expires_at: '2001-01-01T00:00:00Z',
      member_id: 999999,
    })
    expect(answer.status).toBe(422)
    expect(answer.body.details.map((detail: { field: string }) => detail.field)).toEqual([
      'name',
      'expires_at',
      'member_id',
    ])
    const leap = await post('/tokens', { name: 'x', expires_at: '2030-12-31T23:59:60Z' })
    expect(leap.status).toBe(422)
  })

  it('have no more than the role of their member, as it is now', async () => {
    const member = (await post('/members', { name: 'Ada', role: 'author', email: 'ada@example.org' })).body
    const { token } = (await post('/tokens', { name: 'ada', role: 'owner', member_id: member.id })).body
    expect((await get('/me', token)).body).toMatchObject({ role: 'author', member_name: 'Ada' })
    expect((await post('/tokens', { name: 'x' }, token)).status).toBe(403)
    await patch(`/members/${member.id}`, { role: 'reader' })
    expect((await post('/projects', { name: 'x' }, token)).status).toBe(403)
    await patch(`/members/${member.id}`, { role: 'owner' })
    const bound = await post('/tokens', { name: 'bound to its maker' }, token)
    expect(bound.body).toMatchObject({ member_id: member.id, member_name: 'Ada' })
    expect((await remove(`/members/${member.id}`, token)).status).toBe(409)
    expect((await remove(`/members/${member.id}`)).status).toBe(204)
    expect((await get('/me', token)).status).toBe(401)
    expect((await get('/me', bound.body.token)).status).toBe(401)
  })

  it('write when they were last used, a moment later', async () => {
    const { id, token } = (await post('/tokens', { name: 'used' })).body
    for (let use = 0; use < 5; use += 1) await get('/me', token)
    await expect
      .poll(async () => (await get(`/tokens/${id}`)).body.last_used_at, { timeout: 5000 })
      .toMatch(/Z$/)
  })

  it('of the deployment yield to no owner, and not to themselves', async () => {
    const { token_id } = (await get('/me')).body
    const owner = (await post('/tokens', { name: 'an owner', role: 'owner' })).body.token
    expect((await remove(`/tokens/${token_id}`, owner)).status).toBe(403)
    expect((await patch(`/tokens/${token_id}`, { role: 'reader' }, owner)).status).toBe(403)
    const own = await remove(`/tokens/${token_id}`)
    expect([own.status, own.body.error]).toEqual([
      409,
      'This is the deployment token that makes the call; change or revoke it with another one',
    ])
    expect((await get('/me')).status).toBe(200)
  })
})

describe('members', () => {
  it('always leave an owner in the org, also when two go at once', async () => {
    const { owner_token: token } = (await post('/orgs', { name: 'Two owners' })).body
    const first = (await get('/members', token)).body.items[0]
    const alone = await patch(`/members/${first.id}`, { role: 'author' }, token)
    expect([alone.status, alone.body.error]).toEqual([
      409,
      '"owner" is the last owner of the org; give another member the role owner first',
    ])
    const second = (await post('/members', { name: 'second', role: 'owner' }, token)).body
    const service = await post('/tokens', { name: 'unbound', role: 'owner', member_id: null }, token)
    const answers = await Promise.all(
      [first, second].map(({ id }) => remove(`/members/${id}`, service.body.token)),
    )
    expect(answers.map((answer) => answer.status).sort()).toEqual([204, 409])
    const { items } = (await get('/members', service.body.token)).body
    expect(items.map((item: { role: string }) => item.role)).toEqual(['owner'])
  })

  it('take their tokens along, also one that is being made meanwhile', async () => {
    for (let round = 0; round < 5; round += 1) {
      const member = (await post('/members', { name: `leaver ${round}`, role: 'owner' })).body
      const [, made] = await Promise.all([
        remove(`/members/${member.id}`),
        post('/tokens', { name: 'late', member_id: member.id }),
      ])
      if (made.status === 201) expect((await get('/me', made.body.token)).status).toBe(401)
      else expect(made.status).toBe(422)
    }
  })
})

describe('orgs', () => {
  it('are made with the deployment token, and answer the token of their owner once', async () => {
    const made = await post('/orgs', { name: 'Équipe Nord' })
    expect(made.status).toBe(201)
    expect(made.body).toEqual({
      id: expect.any(Number),
      slug: 'equipe-nord',
      name: 'Équipe Nord',
      owner_token: expect.stringMatching(/^wb_/),
    })
    const me = await get('/me', made.body.owner_token)
    expect(me.body).toMatchObject({
      org: { id: made.body.id, slug: 'equipe-nord', name: 'Équipe Nord' },
      role: 'owner',
      member_name: 'owner',
      deployment: false,
    })
    expect((await get('/orgs', made.body.owner_token)).status).toBe(403)
    const { items } = (await get('/orgs?limit=1000')).body
    expect(items.map((item: { slug: string }) => item.slug)).toContain('equipe-nord')
    expect(JSON.stringify(items)).not.toContain('wb_')
  })

  it('begin with what a first job needs', async () => {
    const { owner_token: token } = (await post('/orgs', { name: 'Ready' })).body
    expect((await post('/jobs', job('in a new org'), token)).status).toBe(201)
  })

  it('refuse a slug that is taken, and one that is none', async () => {
    await post('/orgs', { name: 'One', slug: 'one' })
    const again = await post('/orgs', { name: 'Two', slug: 'one' })
    expect([again.status, again.body.error]).toEqual([409, 'There is an org with the slug "one" already'])
    for (const slug of ['', 'Upper', 'a b', '12', 'x'.repeat(51), 'a\0']) {
      const answer = await post('/orgs', { name: 'x', slug })
      expect([answer.status, answer.body.details?.[0]?.field], slug).toEqual([422, 'slug'])
    }
    expect((await post('/orgs', { name: '深海' })).body.details[0].field).toBe('slug')
  })

  it('whose owners lost every token get a new one from the deployment', async () => {
    const { id, owner_token: token } = (await post('/orgs', { name: 'Forgetful' })).body
    const { token_id } = (await get('/me', token)).body
    expect((await remove(`/tokens/${token_id}`, token)).status).toBe(204)
    const again = await post(`/orgs/${id}/owner-token`, undefined)
    expect(again.status).toBe(201)
    expect((await get('/me', again.body.owner_token)).body.org.id).toBe(id)
    expect((await post('/orgs/999999/owner-token', undefined)).status).toBe(404)
  })
})

describe('locations', () => {
  it('lie within those that the org has, unless the deployment token adds them', async () => {
    const owner = (await post('/tokens', { name: 'locator', role: 'owner' })).body.token
    const inside = join(app.files, 'inside')
    const made = await post('/locations', { root: `${inside}//` }, owner)
    expect(made.status).toBe(201)
    expect(made.body).toMatchObject({ root: inside, name: inside })
    for (const root of ['/shared/projects', '/home', 'gs://bucket/prefix', 's3://bucket']) {
      const refused = await post('/locations', { root }, owner)
      expect(refused.status, root).toBe(422)
      expect(refused.body.details[0].field).toBe('root')
      expect(refused.body.error).toMatch(/ask whoever runs Waybill to start the server with --location/)
    }
    for (const root of ['/shared/projects', 'gs://bucket/prefix', 's3://bucket', 'GS://Upper/x/']) {
      expect((await post('/locations', { root, name: 'ours' })).status, root).toBe(201)
    }
    expect((await post('/locations', { root: 'gs://Upper/x' })).status).toBe(409)
  })

  it('are never what is the system’s or Waybill’s own', async () => {
    const dataDir = join(app.files, '..')
    await symlink('/', join(app.files, 'everything'))
    await symlink('/etc', join(app.files, 'settings'))
    const roots = [
      '/',
      '//',
      '/proc/self',
      '/sys',
      '/dev',
      '/etc',
      '/tmp/../etc',
      dataDir,
      join(dataDir, '..'),
      join(dataDir, 'store'),
      join(dataDir, 'store', 'submissions'),
      join(dataDir, 'postgres'),
      join(app.files, 'everything'),
      join(app.files, 'settings'),
      join(app.files, 'settings', 'not-there'),
      '',
      'relative/folder',
      'C:\\data',
      '\\\\host\\share',
      'https://example.org/x',
      'gs://',
      '/a\0b',
      '/half \ud800',
      `/${'x'.repeat(2001)}`,
    ]
    for (const root of roots) {
      const answer = await post('/locations', { root })
      expect([answer.status, answer.body.details?.[0]?.field], root).toEqual([422, 'root'])
    }
  })

  it('do not let a link lead out of what is allowed', async () => {
    const owner = (await post('/tokens', { name: 'linker', role: 'owner' })).body.token
    await mkdir(join(app.files, 'real'))
    await symlink(join(app.files, 'real'), join(app.files, 'link-inside'))
    await symlink('/usr/share', join(app.files, 'link-outside'))
    expect((await post('/locations', { root: join(app.files, 'link-inside') }, owner)).status).toBe(201)
    const refused = await post('/locations', { root: join(app.files, 'link-outside') }, owner)
    expect(refused.status).toBe(422)
  })

  it('are renamed, removed, and added to another org by the deployment', async () => {
    const { id } = (await post('/locations', { root: '/shared/renamed' })).body
    expect((await patch(`/locations/${id}`, { name: 'Shared' })).body).toMatchObject({
      root: '/shared/renamed',
      name: 'Shared',
    })
    expect((await patch(`/locations/${id}`, { root: '/elsewhere' })).status).toBe(422)
    expect((await remove(`/locations/${id}`)).status).toBe(204)
    const org = (await post('/orgs', { name: 'Tenant' })).body
    const owner = org.owner_token
    expect((await post('/locations', { root: app.files }, owner)).status).toBe(422)
    expect((await post('/locations', { root: '/shared/tenant/a' }, owner)).status).toBe(422)
    const added = await post(`/orgs/${org.id}/locations`, { root: '/shared/tenant' })
    expect(added.status).toBe(201)
    expect((await get('/locations', org.owner_token)).body.items).toEqual([added.body])
    expect((await get(`/locations/${added.body.id}`)).status).toBe(404)
    expect((await post('/orgs/999999/locations', { root: '/shared/tenant' })).status).toBe(404)
    expect((await post('/locations', { root: '/shared/tenant/a' }, owner)).status).toBe(201)
  })
})

describe('the audit', () => {
  it('says who did what, when and from where, newest first', async () => {
    const member = (await post('/members', { name: 'Bea', role: 'owner' })).body
    const made = (await post('/tokens', { name: 'bea', role: 'owner', member_id: member.id })).body
    const project = (await post('/projects', { name: 'audited' }, made.token)).body
    await patch(`/projects/${project.id}`, { description: 'seen' }, made.token)
    const { items } = (await get(`/audit?token_id=${made.id}`)).body
    expect(items).toMatchObject([
      { action: 'project.update', subject: `project ${project.id}`, details: { description: 'seen' } },
      {
        action: 'project.create',
        details: { name: 'audited' },
        token_id: made.id,
        token_name: 'bea',
        member_name: 'Bea',
        address: '127.0.0.1',
        request_id: expect.any(String),
        at: expect.stringMatching(/Z$/),
      },
    ])
    const ofAction = (await get('/audit?action=token.create&limit=1000')).body.items
    expect(new Set(ofAction.map((item: { action: string }) => item.action))).toEqual(
      new Set(['token.create']),
    )
    expect((await get('/audit?until=2020-01-01T00:00:00Z')).body.items).toEqual([])
    expect((await get('/audit?since=2999-01-01T00:00:00Z')).body.items).toEqual([])
  })

  it('pages without a gap or a repetition', async () => {
    const whole = (await get('/audit?limit=1000')).body.items.map((item: { id: number }) => item.id)
    const ids: number[] = []
    let cursor: string | null = null
    do {
      const page = await get(`/audit?limit=7${cursor === null ? '' : `&cursor=${cursor}`}`)
      ids.push(...page.body.items.map((item: { id: number }) => item.id))
      cursor = page.body.next_cursor
    } while (cursor !== null)
    expect(ids).toEqual(whole)
  })

  it('refuses filters that it cannot read', async () => {
    for (const query of [
      'action=%00',
      'token_id=0',
      'since=yesterday',
      'cursor=x',
      'until=2030-12-31T23:59:60Z',
    ]) {
      expect((await get(`/audit?${query}`)).status, query).toBe(400)
    }
  })

  it('cannot be changed', async () => {
    const { db } = app.database
    for (const statement of [
      sql`update audit_entry set action = 'x'`,
      sql`delete from audit_entry`,
      sql`truncate audit_entry`,
      sql`truncate org cascade`,
    ]) {
      await expect(statement.execute(db)).rejects.toThrow('audit_entry is append-only')
    }
  })
})
