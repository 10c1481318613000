import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../../test/helpers/test-database.ts'
import { inTransaction } from '../db/transaction.ts'
import { pauseAfterMs, watchFiles } from './watch-files.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())

const watch = (ids: number[], since: Date) =>
  inTransaction(database.db, (trx) => watchFiles(trx, 1, ids, since))

async function waiting() {
  const { rows } = await sql<{ payload: { file_ids: number[]; since: string }; pause: number }>`
    select payload, extract(epoch from run_at - now())::float8 as pause from graphile_worker._private_jobs
    order by run_at`.execute(database.db)
  return rows
}

describe('the watch for files', () => {
  it('pauses for seconds at first, then for a tenth of the wait, then for a day', () => {
    const minutes = (count: number) => count * 60_000
    expect([0, 5_000, 20_000].map(pauseAfterMs)).toEqual([2_000, 2_000, 2_000])
    expect([minutes(1), minutes(10), minutes(600)].map(pauseAfterMs)).toEqual([
      6_000,
      minutes(1),
      minutes(60),
    ])
    expect(pauseAfterMs(minutes(60 * 24 * 365))).toBe(86_400_000)
  })

  it('finds a file at most a tenth of its wait and two seconds late, in few looks', () => {
    let waited = 0
    let looks = 0
    const month = 30 * 86_400_000
    for (; waited < month; looks += 1) {
      expect(pauseAfterMs(waited)).toBeLessThanOrEqual(waited / 10 + 2_000)
      waited += pauseAfterMs(waited)
    }
    expect(looks).toBeLessThan(200)
  })

  it('has no task for no files', async () => {
    await watch([], new Date())
    expect(await waiting()).toEqual([])
  })

  it('looks soon for who comes now, however long another waits for the same file', async () => {
    const [now, weekAgo] = [new Date(), new Date(Date.now() - 7 * 86_400_000)]
    await watch([3, 1], now)
    await watch([1, 3], weekAgo)
    await watch([1, 3], now)
    const rows = await waiting()
    expect(rows.map(({ payload }) => payload.file_ids)).toEqual([
      [1, 3],
      [1, 3],
    ])
    expect(rows.map(({ payload }) => payload.since)).toEqual([now.toISOString(), weekAgo.toISOString()])
    expect(rows[0]?.pause).toBeLessThan(3)
    expect(rows[1]?.pause).toBeGreaterThan(3600)
  })
})
