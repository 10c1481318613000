import { sql } from 'kysely'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../../test/helpers/test-database.ts'
import type { Trx } from '../db/client.ts'
import { AppError } from '../errors.ts'
import { createSharedWriter } from './write-together.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
  await sql`create table word (org_id int, word text)`.execute(database.db)
})
afterAll(() => database.drop())

const caller = (orgId: number) => ({ tokenId: 1, orgId })
const lanes = { lanes: 1, most: 10 }

/** Writes words, and tells in what groups. */
function wordWriter(fail: (words: readonly string[]) => void = () => {}) {
  const groups: string[][] = []
  const write = createSharedWriter(
    database.db,
    async (
      trx: Trx,
      orgId,
      items: readonly { caller: { tokenId: number; orgId: number }; word: string }[],
    ) => {
      const words = items.map(({ word }) => word)
      groups.push(words)
      await sql`insert into word select ${orgId}, unnest(${words}::text[])`.execute(trx)
      fail(words)
      return words.map((word) => word.toUpperCase())
    },
    { ...lanes, isLarge: ({ word }) => word.length > 10 },
  )
  const send = (words: string[], orgId: number) =>
    Promise.allSettled(words.map((word) => write({ caller: caller(orgId), word })))
  return { groups, send }
}

async function wordsOf(orgId: number): Promise<string[]> {
  const { rows } = await sql<{
    word: string
  }>`select word from word where org_id = ${orgId} order by word`.execute(database.db)
  return rows.map(({ word }) => word)
}

it('writes of a moment share a transaction, and each has its own answer', async () => {
  const { groups, send } = wordWriter()
  const answers = await send(['a', 'b', 'c'], 1)
  expect(answers.map((one) => one.status === 'fulfilled' && one.value)).toEqual(['A', 'B', 'C'])
  expect(groups).toEqual([['a', 'b', 'c']])
  expect(await wordsOf(1)).toEqual(['a', 'b', 'c'])
})

it('where they fail together each is tried alone', async () => {
  const { groups, send } = wordWriter((words) => {
    if (words.includes('bad')) throw new AppError('conflict', 'bad')
  })
  const answers = await send(['a', 'bad', 'c'], 2)
  expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  const [together, ...alone] = groups.map((words) => words.join())
  expect([together, alone.sort()]).toEqual(['a,bad,c', ['a', 'bad', 'c']])
  expect(await wordsOf(2)).toEqual(['a', 'c'])
})

it('where it is open whether they were kept, none is tried again', async () => {
  const { groups, send } = wordWriter(() => {
    throw new AppError('unavailable', 'The database cannot answer now; try again')
  })
  const answers = await send(['a', 'b'], 3)
  expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  expect(groups).toEqual([['a', 'b']])
})

it('what is large is a transaction of its own', async () => {
  const { groups, send } = wordWriter()
  await send(['a', 'something large', 'b'], 4)
  expect(groups.map((words) => words.join()).sort()).toEqual(['a,b', 'something large'])
})

it('orgs never share one', async () => {
  const { groups, send } = wordWriter()
  await Promise.all([send(['a'], 5), send(['b'], 6)])
  expect(groups.map((words) => words.join()).sort()).toEqual(['a', 'b'])
})
