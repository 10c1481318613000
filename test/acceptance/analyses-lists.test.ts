import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AnalysisApp, startAnalysisApp } from '../helpers/analysis-app.ts'

let app: AnalysisApp
let x: string
let y: string
const ids: number[] = []

interface Item {
  id: number
  project: string
}
const idsOf = (items: Item[]) => items.map(({ id }) => id)

beforeAll(async () => {
  app = await startAnalysisApp()
  x = await app.write('x.txt')
  y = await app.write('y.txt')
  for (let n = 0; n < 23; n += 1) {
    const { body } = await app.request('POST', `/api/v1/analysis/${n % 2 === 0 ? 'even' : 'odd'}`, {
      type: n % 3 === 0 ? 'cram' : 'vcf',
      status: n % 5 === 0 ? 'failed' : 'completed',
      sequencing_group_ids: [`CPG${n % 4}`, 'CPG-all', `CPG-only-${n}`],
      active: n % 7 !== 0,
      outputs:
        n % 2 === 0 ? { a: x } : { a: { basename: y, secondary_files: { i: x } }, b: app.at('missing') },
    })
    ids.push(body.id)
  }
})
afterAll(() => app.stop())

const list = (query: string) => app.request('GET', `/api/v1/analysis?${query}`)
const search = (body: object) => app.request('POST', '/api/v1/analysis/query', body)
/** Ids of those that satisfy a condition, newest first. */
const those = (condition: (n: number) => boolean) => ids.filter((_, n) => condition(n)).reverse()

describe('the list of analyses', () => {
  it('filters by each and by all of its fields', async () => {
    for (const [query, condition] of [
      ['project=even', (n) => n % 2 === 0],
      ['type=cram', (n) => n % 3 === 0],
      ['status=failed', (n) => n % 5 === 0],
      ['sequencing_group_id=CPG2', (n) => n % 4 === 2],
      ['sequencing_group_id=CPG-only-7', (n) => n === 7],
      [`path=${encodeURIComponent(x)}`, () => true],
      [`path=${encodeURIComponent(y)}`, (n) => n % 2 === 1],
      [`path=${encodeURIComponent(app.at('missing'))}`, (n) => n % 2 === 1],
      [
        'project=odd&type=cram&status=completed&sequencing_group_id=CPG1',
        (n) => n % 2 === 1 && n % 3 === 0 && n % 5 !== 0 && n % 4 === 1,
      ],
      ['project=none', () => false],
      ['type=CRAM', () => false],
      ['status=queued', () => false],
      ['sequencing_group_id=CPG', () => false],
      ['path=/nowhere', () => false],
    ] as [string, (n: number) => boolean][]) {
      const { status, body } = await list(`limit=1000&${query}`)
      expect([status, query, idsOf(body.items)]).toEqual([200, query, those(condition)])
      expect(body.next_cursor).toBeNull()
    }
  })

  it('is paged to its end without loss or repetition, also while analyses are added', async () => {
    for (const [limit, filter] of [
      [1, ''],
      [5, ''],
      [5, '&project=even'],
      [23, ''],
      [24, ''],
    ] as const) {
      const seen: number[] = []
      let cursor: string | null = ''
      while (cursor !== null) {
        const { body } = await list(`limit=${limit}${filter}${cursor === '' ? '' : `&cursor=${cursor}`}`)
        expect(body.items.length).toBeLessThanOrEqual(limit)
        seen.push(...idsOf(body.items))
        cursor = body.next_cursor
      }
      expect(seen).toEqual(those((n) => filter === '' || n % 2 === 0))
    }
    const { body: first } = await list('limit=3&project=odd')
    const added = await app.request('POST', '/api/v1/analysis/odd', { type: 'late', status: 'queued' })
    const { body: second } = await list(`limit=3&project=odd&cursor=${first.next_cursor}`)
    expect([...idsOf(first.items), ...idsOf(second.items)]).toEqual(those((n) => n % 2 === 1).slice(0, 6))
    expect(idsOf((await list('type=late')).body.items)).toEqual([added.body.id])
  })

  it('shows each analysis as reading it does', async () => {
    for (const missing of ['string', 'object']) {
      const { body } = await list(`limit=4&type=vcf&missing=${missing}`)
      for (const item of body.items) expect(item).toEqual(await app.read(item.id, `?missing=${missing}`))
    }
  })

  it('refuses a query that it does not know', async () => {
    for (const query of [
      'status=done',
      'limit=0',
      'limit=1001',
      'limit=x',
      'cursor=x',
      'cursor=-1',
      'projects=a',
      'missing=x',
    ]) {
      expect([query, (await list(query)).status]).toEqual([query, 400])
    }
  })
})

describe('the calls of the product upstream', () => {
  it('PUT registers and answers the bare id', async () => {
    for (const path of ['/api/v1/analysis/even', '/api/v1/analysis/even/']) {
      const { status, body } = await app.request('PUT', path, {
        type: 'put',
        status: 'queued',
        outputs: { a: x },
      })
      expect([status, typeof body]).toEqual([200, 'number'])
      expect(await app.read(body)).toMatchObject({
        type: 'put',
        project: 'even',
        outputs: { a: { path: x } },
      })
    }
    const refused = await app.request('PUT', '/api/v1/analysis/even', { type: 'put', status: 'done' })
    expect(refused.status).toBe(422)
  })

  it('details is the analysis', async () => {
    for (const slash of ['', '/']) {
      const { body } = await app.request('GET', `/api/v1/analysis/${ids[1]}/details${slash}`)
      expect(body).toEqual(await app.read(ids[1] ?? 0))
    }
    expect((await app.request('GET', '/api/v1/analysis/999999/details')).status).toBe(404)
  })

  it('query answers all that match, newest first', async () => {
    const narrow = (body: object) => search({ ...body, sequencing_group_ids: ['CPG-all'] })
    for (const [body, condition] of [
      [{}, () => true],
      [{ projects: ['even'] }, (n) => n % 2 === 0],
      [{ projects: ['even', 'odd', 'none'] }, () => true],
      [{ projects: [] }, () => false],
      [{ type: 'cram', status: 'failed' }, (n) => n % 15 === 0],
      [{ active: false }, (n) => n % 7 === 0],
      [{ active: true, projects: ['odd'] }, (n) => n % 7 !== 0 && n % 2 === 1],
    ] as [object, (n: number) => boolean][]) {
      const answer = await narrow(body)
      expect([answer.status, idsOf(answer.body)]).toEqual([200, those(condition)])
    }
    const groups = await search({ sequencing_group_ids: ['CPG-only-3', 'CPG-only-9', 'none'] })
    expect(idsOf(groups.body)).toEqual(those((n) => n === 3 || n === 9))
    expect(groups.body[0]).toEqual(await app.read(groups.body[0].id))
    expect((await search({ project: 'even' })).status).toBe(422)
    expect((await app.request('POST', '/api/v1/analysis/query/', {})).status).toBe(200)
  })
})

describe('addresses of analyses', () => {
  it('are the same under both prefixes, with and without an ending slash, and for HEAD', async () => {
    const [id = 0] = ids
    const body = await app.read(id)
    for (const prefix of ['', '/api/v1']) {
      for (const slash of ['', '/']) {
        const url = `${prefix}/analysis/${id}${slash}`
        expect((await app.request('GET', url)).body).toEqual(body)
        expect((await app.request('PATCH', url, {})).body).toEqual(body)
        expect((await app.request('POST', `${prefix}/analysis/${id}/verify${slash}`)).body).toEqual(body)
        expect(
          (await app.request('POST', `${prefix}/analysis/p${slash}`, { type: 'a', status: 'queued' })).status,
        ).toBe(201)
        expect((await app.request('GET', `${prefix}/analysis${slash}?limit=1`)).body.items).toHaveLength(1)
        const head = await app.app.inject({
          method: 'HEAD',
          url,
          headers: { authorization: `Bearer ${app.ownerToken}` },
        })
        expect([head.statusCode, head.body]).toEqual([200, ''])
        expect(Number(head.headers['content-length'])).toBe(Buffer.byteLength(JSON.stringify(body)))
      }
    }
  })

  it('hold project names of every letter', async () => {
    const names = [
      'my project',
      'a/b',
      'a%2Fb',
      '123',
      'été',
      'e\u0301',
      '\u{1F9EC}',
      'a?b#c',
      '..',
      'verify',
      'a+b',
      'n'.repeat(200),
    ]
    names.push('\u{1F9EC}'.repeat(100), "'; drop table project; --", 'constructor', '__proto__')
    for (const name of names) {
      const encoded = name === '..' ? '%2E%2E' : encodeURIComponent(name)
      for (const prefix of ['', '/api/v1']) {
        const { status, body } = await app.request('POST', `${prefix}/analysis/${encoded}/`, {
          type: 'named',
          status: 'queued',
        })
        if (name === '..' && status !== 201) continue
        expect([status, body.project]).toEqual([201, name])
        expect(await app.read(body.id)).toEqual(body)
      }
      const { body } = await list(`type=named&project=${encodeURIComponent(name)}`)
      expect(body.items.every((item: Item) => item.project === name)).toBe(true)
      if (name !== '..') expect(body.items).toHaveLength(2)
    }
  })

  it('make a project named query at the root prefix, and by PUT', async () => {
    const made = await app.request('POST', '/analysis/query/', { type: 'named', status: 'queued' })
    expect([made.status, made.body.project]).toEqual([201, 'query'])
    const put = await app.request('PUT', '/api/v1/analysis/query', { type: 'named', status: 'queued' })
    expect((await app.read(put.body)).project).toBe('query')
    expect(idsOf((await search({ projects: ['query'] })).body)).toEqual([put.body, made.body.id])
  })

  it('refuse project names that nobody can read', async () => {
    for (const name of ['%20', '%09', 'a%0Ab', 'n'.repeat(201)]) {
      const { status, body } = await app.request('POST', `/api/v1/analysis/${name}`, {
        type: 'a',
        status: 'queued',
      })
      expect([name, status, body.details[0]?.field]).toEqual([name, 422, 'project'])
    }
    expect((await app.request('POST', '/api/v1/analysis/%00', { type: 'a', status: 'queued' })).status).toBe(
      404,
    )
  })
})
