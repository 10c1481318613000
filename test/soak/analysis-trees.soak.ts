import fc from 'fast-check'
import { expect, test } from 'vitest'
import { startAnalysisApp } from '../helpers/analysis-app.ts'
import { checkTrees, makeWorld, outputTrees } from '../helpers/output-trees.ts'

const lanes = 4
const pairs = 10_000

test('ten thousand trees of outputs come out as they went in, are replaced whole, or stay', async () => {
  const app = await startAnalysisApp()
  const world = await makeWorld(app)
  const trees = outputTrees(world)
  let checked = 0
  let files = 0
  const startedAt = Date.now()
  const property = fc.asyncProperty(fc.tuple(trees, trees), async (pair) => {
    await checkTrees(app, world, pair, { twice: false })
    checked += 1
    files += JSON.stringify(pair).split('/trees/').length - 1
  })
  await Promise.all(Array.from({ length: lanes }, () => fc.assert(property, { numRuns: pairs / lanes })))
  const { rows } = await app.database.pool.query('select count(*)::int as n from file')
  expect([checked, rows[0].n]).toEqual([pairs, world.size])
  const seconds = Math.round((Date.now() - startedAt) / 1000)
  process.stdout.write(`${checked} pairs of trees that name ${files} files, in ${seconds} s\n`)
  await app.stop()
})
