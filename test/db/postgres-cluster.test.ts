import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'vitest'
import { preparePostgresBinaries } from '../../src/db/postgres-binaries.ts'
import { ensureCluster } from '../../src/db/postgres-cluster.ts'
import { openPostgresLog } from '../../src/db/postgres-log.ts'
import { silentLogger } from '../../src/lib/logger.ts'
import { testWith } from '../helpers/requirements.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'

testWith('root', 'a user without a name is told what is needed, and nothing is left behind', async () => {
  const dataDir = await temporaryDirectory()
  const user = { uid: 54321, gid: 54321 }
  const binaries = await preparePostgresBinaries(dataDir, user)
  const postgresLog = await openPostgresLog(join(dataDir, 'postgres.log'))
  const clusterDir = join(dataDir, 'postgres')
  await expect(
    ensureCluster({ dataDir, clusterDir, binaries, user, postgresLog, log: silentLogger }),
  ).rejects.toMatchObject({
    code: 'database_start_failed',
    message: expect.stringMatching(/user with id 54321, who has no line in \/etc\/passwd; run Waybill as/),
  })
  postgresLog.close()
  expect(await readdir(dataDir)).toEqual(['postgres.log'])
})
