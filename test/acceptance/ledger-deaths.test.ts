import { expect, it } from 'vitest'
import { recordThroughDeaths } from '../helpers/ledger-deaths.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'

it('loses nothing acknowledged when the server or its database is killed', async () => {
  const { acknowledged } = await recordThroughDeaths(await temporaryDirectory(), 4)
  expect(acknowledged).toBeGreaterThan(0)
}, 120_000)
