import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AnalysisApp, startAnalysisApp } from '../helpers/analysis-app.ts'
import { checkTrees, makeWorld, outputTrees, type World } from '../helpers/output-trees.ts'

let app: AnalysisApp
let world: World
beforeAll(async () => {
  app = await startAnalysisApp()
  world = await makeWorld(app)
})
afterAll(() => app.stop())

describe('any tree of outputs', () => {
  it('comes out in the shape in which it went in, is replaced whole, and stays where that fails', async () => {
    const trees = outputTrees(world)
    await fc.assert(
      fc.asyncProperty(fc.tuple(trees, trees), (pair) => checkTrees(app, world, pair, { twice: true })),
      { numRuns: 60 },
    )
  })

  it('is answered, never failed at, where anything stands for it', async () => {
    const json = fc.jsonValue({ maxDepth: 5, stringUnit: 'binary' })
    const node = fc.record(
      {
        basename: fc.oneof(json, fc.constantFrom(...world.keys())),
        path: json,
        secondary_files: fc.oneof(json, fc.dictionary(fc.string(), json)),
        meta: json,
      },
      { requiredKeys: ['basename'] },
    )
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(json, node, fc.array(node), fc.dictionary(fc.string(), node)),
        async (outputs) => {
          const { status, body } = await app.register({ outputs, fixed: 1 })
          expect([201, 422], JSON.stringify(body)).toContain(status)
          const root = await app.register(outputs)
          expect([201, 422], JSON.stringify(root.body)).toContain(root.status)
        },
      ),
      { numRuns: 100 },
    )
  })
})
