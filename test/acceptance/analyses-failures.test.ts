import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type AnalysisApp, startAnalysisApp } from '../helpers/analysis-app.ts'

let app: AnalysisApp
beforeAll(async () => {
  app = await startAnalysisApp()
})
afterAll(() => app.stop())

const query = async (text: string) => (await app.database.pool.query(text)).rows

const tables = ['analysis', 'file', 'file_version', 'file_event', 'file_use', 'project', 'audit_entry']
/** Every row of whatever a registration writes. */
async function everything(): Promise<string[]> {
  const texts = [...tables, 'idempotency_key', 'graphile_worker._private_jobs'].map(async (table) => {
    const rows = await query(`select t::text as row from ${table} t order by 1`)
    return `${table}: ${rows.map(({ row }) => row).join('\n')}`
  })
  return await Promise.all(texts)
}

/** From now on the nth write of a row to `table` fails, until the test has ended. */
async function failWritesTo(table: string): Promise<void> {
  await query(`create or replace function fail_write() returns trigger language plpgsql as
    $$ begin raise exception 'made to fail'; end $$`)
  await query(`create trigger made_to_fail before insert or update or delete on ${table}
    for each row execute function fail_write()`)
  failing = table
}
let failing: string | undefined
afterEach(async () => {
  if (failing !== undefined) await query(`drop trigger made_to_fail on ${failing}`)
  failing = undefined
})

const tree = (name: string) => ({
  there: { basename: app.at(name), secondary_files: { i: { basename: app.at(`${name}-i`) } } },
  missing: app.at(`${name}-missing`),
  list: [1, { basename: app.at(name) }],
})

describe('a write that fails', () => {
  it.each([
    'analysis',
    'file_use',
    'audit_entry',
    'project',
    'file',
    'file_version',
    'graphile_worker._private_jobs',
  ])('at %s leaves what a POST found, row for row', async (table) => {
    const name = `post-${table}`
    await app.write(name)
    await app.write(`${name}-i`)
    await failWritesTo(table)
    const before = await everything()
    const answer = await app.request(
      'POST',
      `/api/v1/analysis/${name}`,
      { type: 'a', status: 'completed', outputs: tree(name) },
      undefined,
      { 'idempotency-key': name },
    )
    expect([answer.status, answer.body.code]).toEqual([500, 'internal'])
    expect(JSON.stringify(answer.body)).not.toContain('made to fail')
    expect(await everything()).toEqual(before)
  })

  it.each(['analysis', 'file_use', 'audit_entry', 'file', 'file_version', 'graphile_worker._private_jobs'])(
    'at %s leaves what a PATCH found, row for row',
    async (table) => {
      const name = `patch-${table}`
      for (const part of [name, `${name}-i`, `${name}-2`, `${name}-2-i`]) await app.write(part)
      const { id } = await app.create(tree(name), { meta: { kept: 1 } })
      const text = JSON.stringify(await app.read(id))
      await failWritesTo(table)
      const before = await everything()
      const { status } = await app.patch(id, {
        status: 'failed',
        outputs: { ...tree(`${name}-2`), kept: app.at(name) },
        meta: { kept: null },
      })
      expect(status).toBe(500)
      expect(await everything()).toEqual(before)
      expect(JSON.stringify(await app.read(id))).toBe(text)
    },
  )

  it('at the ledger leaves what a verification found', async () => {
    await app.write('verify')
    const { id } = await app.create(tree('verify'))
    await app.write('verify-missing')
    await failWritesTo('file_event')
    const before = await everything()
    expect((await app.verify(id)).status).toBe(500)
    expect(await everything()).toEqual(before)
    await query('drop trigger made_to_fail on file_event')
    failing = undefined
    expect((await app.verify(id)).body.outputs.missing).toMatchObject({ valid: true })
  })
})

describe('a request that is refused', () => {
  it('leaves what a POST or a PATCH found, row for row', async () => {
    const path = await app.write('refused')
    const { id } = await app.create({ a: path })
    const before = await everything()
    const long = 'n'.repeat(1000)
    for (const [project, body] of [
      ['new', { type: 'a', status: 'completed', outputs: { a: path, b: { basename: 'relative' } } }],
      ['new', { type: long, status: 'completed', outputs: { a: path } }],
      ['new', { type: 'a', status: 'done', outputs: { a: path } }],
      [long, { type: 'a', status: 'completed', outputs: { a: path } }],
      ['%20', { type: 'a', status: 'completed', outputs: { a: path } }],
      ['new', { type: 'a', status: 'completed', author: '', outputs: { a: path } }],
      ['new', { type: 'a', status: 'completed', timestamp_completed: 'now', outputs: { a: path } }],
    ] as const) {
      const { status } = await app.request('POST', `/api/v1/analysis/${project}`, body)
      expect([404, 422], `${project} ${JSON.stringify(body)}`).toContain(status)
    }
    for (const body of [
      { outputs: { a: { basename: path, more: 1 } }, status: 'failed' },
      { outputs: { b: path }, status: 'done' },
      { outputs: { b: path }, timestamp_completed: 'x' },
      { outputs: { b: path }, output: path },
      { outputs: [path] },
    ]) {
      expect((await app.patch(id, body)).status).toBe(422)
    }
    expect((await app.patch(999_999, { outputs: { b: path } })).status).toBe(404)
    expect(await everything()).toEqual(before)
  })
})
