import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { lockDataDir } from '../../src/db/data-dir-lock.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'

test('of many who ask at once exactly one gets the lock, every time', async () => {
  const dataDir = await temporaryDirectory()
  for (let round = 0; round < 20; round += 1) {
    const outcomes = await Promise.allSettled(Array.from({ length: 10 }, () => lockDataDir(dataDir)))
    const held = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []))
    expect(held).toHaveLength(1)
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'data_dir_in_use' })
    }
    await held[0]?.release()
  }
})

test('it leaves one small file behind, however often it is taken', async () => {
  const dataDir = await temporaryDirectory()
  for (let round = 1; round <= 5; round += 1) {
    const lock = await lockDataDir(dataDir)
    await lock.release()
    expect(await readdir(join(dataDir, 'lock'))).toEqual([String(round)])
  }
})
