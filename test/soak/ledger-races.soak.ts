import { expect, test } from 'vitest'
import { registerInOppositeOrder } from '../helpers/ledger-races.ts'
import { createTestDatabase } from '../helpers/test-database.ts'

test('five hundred registrations of the same paths in opposite order never deadlock nor double a row', async () => {
  const database = await createTestDatabase()
  const deadlocks = async () => {
    const { rows } = await database.pool.query<{ deadlocks: number }>(
      'select deadlocks from pg_stat_database where datname = current_database()',
    )
    return rows[0]?.deadlocks
  }
  await registerInOppositeOrder(database, 500)
  expect(await deadlocks()).toBe(0)
  await database.drop()
})
