import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../helpers/test-database.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ poolSize: 4 })
})
afterAll(() => database.drop())

test('a parameterised statement is prepared once per connection under a name', async () => {
  await database.db.connection().execute(async (db) => {
    for (const wanted of [1, 2, 3]) {
      const { rows } = await sql<{ found: number }>`select ${wanted}::int as found`.execute(db)
      expect(rows).toEqual([{ found: wanted }])
    }
    const { rows } = await sql<{ statement: string; runs: number }>`
      select statement, generic_plans + custom_plans as runs from pg_prepared_statements
      where statement like 'select $1::int as found'`.execute(db)
    expect(rows).toEqual([{ statement: 'select $1::int as found', runs: 3 }])
  })
})
