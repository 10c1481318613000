import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Worker } from '../../src/db/queue-worker.ts'
import { type AnalysisApp, startAnalysisApp, startAppWorker } from '../helpers/analysis-app.ts'

let app: AnalysisApp
let worker: Worker
beforeAll(async () => {
  app = await startAnalysisApp()
  worker = await startAppWorker(app)
})
afterAll(async () => {
  await worker.stop()
  await app.stop()
})

const put = (name: string, content = 'here') => app.gs.buckets.put('bucket', name, content)
/** What a file that was waited for may take to be in its place. */
const within = { timeout: 15_000, interval: 200 }
const appeared = (at: string, path: string) => ({ at, path, state: 'appeared', seen_at: expect.any(String) })
const waitingTasks = async () => {
  const { rows } = await app.database.pool.query('select run_at from graphile_worker._private_jobs')
  return rows.length
}

describe('an output that is waited for', () => {
  it('takes its place within fifteen seconds of being written, on the disk and in a bucket, in every analysis', async () => {
    const path = app.at('written-later')
    const object = 'gs://bucket/written-later'
    const tree = { deep: { list: [0, { basename: path, meta: { m: 1 }, secondary_files: { i: object } }] } }
    const waiting = await Promise.all([app.create(tree), app.create(tree), app.create({ other: object })])
    await sleep(4_000)
    await app.write('written-later')
    put('written-later')
    await vi.waitFor(async () => {
      for (const [index, { id }] of waiting.entries()) {
        const { outputs, changes } = await app.read(id)
        if (index === 2) {
          expect(outputs).toMatchObject({ other: { path: object, size: 4 } })
          expect(changes).toMatchObject([appeared('other', object)])
        } else {
          expect(outputs.deep.list[1]).toMatchObject({
            path,
            meta: { m: 1 },
            secondary_files: { i: { path: object } },
          })
          expect(changes.map(({ at }: { at: string }) => at).sort()).toEqual([
            'deep.list[1]',
            'deep.list[1].secondary_files.i',
          ])
        }
      }
    }, within)
  })

  it('takes its place when a store that would not tell tells again', async () => {
    put('unreachable')
    app.gs.fail({ bucket: 'bucket', action: 'refuse', times: 2, only: 'unreachable' })
    const { id, outputs } = await app.create({ a: 'gs://bucket/unreachable' })
    expect(outputs).toEqual({ a: 'gs://bucket/unreachable' })
    await vi.waitFor(async () => {
      expect(await app.read(id)).toMatchObject({
        outputs: { a: { size: 4, valid: true } },
        changes: [appeared('a', 'gs://bucket/unreachable')],
      })
    }, within)
  })

  it('takes its place in a tree that was sent back meanwhile, and once', async () => {
    const { id, outputs } = await app.create({ a: 'gs://bucket/patched', b: 1 })
    await app.patch(id, { outputs: { ...outputs, c: 'gs://bucket/patched' } })
    put('patched')
    await vi.waitFor(async () => {
      const { outputs, changes } = await app.read(id)
      expect(outputs).toMatchObject({ a: { size: 4 }, b: 1, c: { size: 4 } })
      expect(changes).toMatchObject([
        appeared('a', 'gs://bucket/patched'),
        appeared('c', 'gs://bucket/patched'),
      ])
    }, within)
  })

  it('is waited for no longer when it left its tree', async () => {
    const { id } = await app.create({ a: 'gs://bucket/left' })
    await app.patch(id, { outputs: null })
    await vi.waitFor(async () => expect(await waitingTasks()).toBe(0), within)
  })
})

describe('a registration that races with a look', () => {
  it('takes the file that another look found after its own, and says nothing of a loss', async () => {
    const path = 'gs://bucket/raced'
    const first = await app.create({ a: path })
    const registered = await withHeldRegistration(path, () => app.create({ a: path, b: [path] }), {
      before: 'look',
    })
    expect(registered).toMatchObject({ outputs: { a: { path, size: 4 }, b: [{ path }] }, changes: [] })
    expect(await app.read(first.id)).toMatchObject({
      outputs: { a: { path } },
      changes: [appeared('a', path)],
    })
    const { rows } = await app.database.pool.query(
      'select event from file_event e join file f on f.id = e.file_id where f.path = $1',
      [path],
    )
    expect(rows).toEqual([{ event: 'appeared' }])
  })

  it('does not wait for ever where the file was found before it committed', async () => {
    const path = 'gs://bucket/raced-late'
    await app.create({ a: path })
    const registered = await withHeldRegistration(path, () => app.create({ a: path }), {
      before: 'end',
    })
    expect(registered.outputs).toEqual({ a: path })
    await vi.waitFor(async () => {
      expect(await app.read(registered.id)).toMatchObject({
        outputs: { a: { path, size: 4 } },
        changes: [appeared('a', path)],
      })
    }, within)
  })

  const holds = {
    // A registration first sees to it that nobody takes its project away.
    look: 'begin; select 1 from project for update',
    end: 'select pg_advisory_lock(42)',
  }

  /** Holds the registration's transaction before its look into the ledger, or before its end, until the file is there and was found. */
  async function withHeldRegistration<T>(
    path: string,
    register: () => Promise<T>,
    { before }: { before: keyof typeof holds },
  ): Promise<T> {
    const { pool, connection } = app.database
    await pool.query(`
      create or replace function hold() returns trigger language plpgsql as
        $$ begin perform pg_advisory_xact_lock_shared(42); return new; end $$;
      create or replace trigger hold before insert on audit_entry for each row
        when (new.action = 'analysis.create') execute function hold()`)
    const holder = new pg.Client(connection)
    await holder.connect()
    await holder.query(holds[before])
    const holderPid = (await holder.query('select pg_backend_pid() as pid')).rows[0].pid
    const registered = register()
    await vi.waitFor(async () => {
      const { rows } = await pool.query(
        `select 1 from pg_stat_activity where $1 = any(pg_blocking_pids(pid))`,
        [holderPid],
      )
      expect(rows).toHaveLength(1)
    }, within)
    put(path.slice('gs://bucket/'.length))
    const found = await app.request('POST', '/api/v1/files/verify', { paths: [path] })
    expect(found.body.items[0].state).toBe('verified')
    await holder.end()
    return await registered
  }
})
