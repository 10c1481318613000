import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { temporaryDirectory } from '../../test/helpers/temporary-directory.ts'
import { silentLogger } from '../lib/logger.ts'
import { probe } from '../storage/probe.ts'
import { createStores } from '../storage/stores.ts'
import { countedStores } from './counted-stores.ts'
import { createMetrics } from './metrics.ts'

it('counts what a probe asks of a local store', async () => {
  const root = await temporaryDirectory()
  await writeFile(join(root, 'a.txt'), 'a')
  const pool = { totalCount: 0, idleCount: 0, waitingCount: 0 }
  const metrics = createMetrics({ database: { pool: pool as never, statementCount: () => 0 } })
  const stores = countedStores(createStores({ log: silentLogger }), metrics.storeCalls)
  const { verdicts } = await probe(stores, [root], [join(root, 'a.txt'), join(root, 'b.txt')])
  expect(verdicts.map((verdict) => verdict.state)).toEqual(['present', 'absent'])
  const { values } = await metrics.storeCalls.get()
  expect(values).toMatchObject([{ labels: { store: 'local', call: 'stat' }, value: 2 }])
})
