import { afterAll, beforeAll, expect, it } from 'vitest'
import { makeOrg } from '../../test/helpers/orgs.ts'
import { createTestDatabase, type TestDatabase } from '../../test/helpers/test-database.ts'
import { systemActor } from '../access/audit.ts'
import type { Caller } from '../access/caller.ts'
import { inTransaction } from '../db/transaction.ts'
import { emptyDefinition } from './definition.ts'
import { createWorkflowFinder } from './read-workflows.ts'
import { insertWorkflow } from './workflow.repository.ts'

let database: TestDatabase
let ours: Caller
let theirs: Caller
let ids: number[]

beforeAll(async () => {
  database = await createTestDatabase()
  const made = await Promise.all(
    ['ours', 'theirs'].map(async (name) => {
      const orgId = await makeOrg(database.db, name)
      const facts = { slug: 'energy', name, description: '' }
      const { id } = await inTransaction(database.db, (trx) =>
        insertWorkflow(trx, orgId, facts, emptyDefinition),
      )
      return { id, caller: callerIn(orgId) }
    }),
  )
  ids = made.map(({ id }) => id)
  const [first, second] = made
  if (first === undefined || second === undefined) throw new Error('Two orgs were made')
  ours = first.caller
  theirs = second.caller
})
afterAll(() => database.drop())

function callerIn(orgId: number): Caller {
  return {
    ...systemActor(orgId),
    orgSlug: 'x',
    tokenId: 1,
    role: 'submitter',
    deployment: false,
    address: '::1',
    requestId: 'x',
  }
}

it('looks once for what many ask for at the same moment', async () => {
  const find = createWorkflowFinder(database.db)
  const before = database.statementCount()
  const rows = await Promise.all(Array.from({ length: 20 }, () => find(ours, 'energy')))
  expect(database.statementCount() - before).toBe(1)
  expect(new Set(rows.map(({ id }) => id))).toEqual(new Set([ids[0]]))
})

it('answers each by itself: by number and slug, in its own org, and whatever becomes of the others', async () => {
  const find = createWorkflowFinder(database.db)
  const number = String(ids[0])
  const looks = await Promise.allSettled([
    find(ours, 'energy'),
    find(ours, number),
    find(ours, 'no-such'),
    find(ours, 'a\0b'),
    find(ours, '99999999999'),
    find(theirs, 'energy'),
    find(theirs, number),
  ])
  const answers = looks.map((look) => (look.status === 'fulfilled' ? look.value.id : look.reason.code))
  expect(answers).toEqual([ids[0], ids[0], 'not_found', 'invalid', 'not_found', ids[1], 'not_found'])
})
