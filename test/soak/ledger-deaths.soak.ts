import { expect, test } from 'vitest'
import { recordThroughDeaths } from '../helpers/ledger-deaths.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'

test('thirty deaths of the server or its database lose nothing that was acknowledged', async () => {
  const { acknowledged } = await recordThroughDeaths(await temporaryDirectory(), 30)
  process.stdout.write(`${acknowledged} files acknowledged and there after 30 deaths\n`)
  expect(acknowledged).toBeGreaterThan(1000)
})
