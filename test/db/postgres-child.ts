import { startEmbeddedPostgres } from '../../src/db/embedded-postgres.ts'
import { AppError } from '../../src/errors.ts'
import { silentLogger } from '../../src/lib/logger.ts'

/** Starts a database and says how it went: a server reduced to what the tests of its death need. */
const { dataDir } = JSON.parse(process.argv[2] ?? '') as { dataDir: string }
try {
  const postgres = await startEmbeddedPostgres({ dataDir, log: silentLogger })
  process.once('SIGTERM', () => void postgres.stop())
  process.stdout.write(`ready ${JSON.stringify({ pid: postgres.pid, connection: postgres.connection })}\n`)
} catch (error) {
  const failure = error instanceof AppError ? { code: error.code, message: error.message } : { code: 'bug' }
  process.stdout.write(`failed ${JSON.stringify(failure)}\n`)
  process.exitCode = 1
}
