import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeOrg } from '../../test/helpers/orgs.ts'
import { createTestDatabase, type TestDatabase } from '../../test/helpers/test-database.ts'
import { inTransaction } from '../db/transaction.ts'
import { emptyDefinition } from './definition.ts'
import { insertWorkflow } from './workflow.repository.ts'
import { baseSlug, freeSlug, slugFault } from './workflow-slug.ts'

describe('the slug of a name', () => {
  it.each([
    ['Energy Check', 'energy-check'],
    ['  Équipe «Nord» 2 ', 'equipe-nord-2'],
    ['weather_file', 'weather_file'],
    ['日本', 'workflow'],
    ['2024', 'workflow-2024'],
    ['--', 'workflow'],
  ])('%s is %s', (name, slug) => {
    expect(baseSlug(name)).toBe(slug)
  })

  it('can stand in an address and is no id, whatever the name', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (name) => {
        const slug = baseSlug(name)
        expect(slug).toMatch(/^[-a-z0-9_]{1,50}$/)
        expect(slugFault(slug)).toBeNull()
      }),
    )
  })
})

describe('a free slug', () => {
  let database: TestDatabase
  let orgId: number
  beforeAll(async () => {
    database = await createTestDatabase()
    orgId = await makeOrg(database.db, 'slugs')
  })
  afterAll(() => database.drop())

  const take = async (name: string) => {
    const slug = await freeSlug(database.db, orgId, name)
    const facts = { slug, name, description: '' }
    await inTransaction(database.db, (trx) => insertWorkflow(trx, orgId, facts, emptyDefinition))
    return slug
  }

  it('counts up from the second of a name, and takes any number after many', async () => {
    const slugs: string[] = []
    for (let round = 0; round < 22; round += 1) slugs.push(await take('Energy'))
    expect(slugs.slice(0, 3)).toEqual(['energy', 'energy-2', 'energy-3'])
    expect(slugs[19]).toBe('energy-20')
    expect(slugs.slice(20)).toEqual([
      expect.stringMatching(/^energy-\d{10}$/),
      expect.stringMatching(/^energy-\d{10}$/),
    ])
    expect(new Set(slugs).size).toBe(22)
  })

  it('stays within 50 characters', async () => {
    const slugs = [await take('x'.repeat(120)), await take('x'.repeat(120))]
    expect(slugs).toEqual(['x'.repeat(50), `${'x'.repeat(48)}-2`])
  })
})
