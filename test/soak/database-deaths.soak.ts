import pg from 'pg'
import { expect, test } from 'vitest'
import { findWatcher, isAlive, startDatabase, startDatabaseServer } from '../helpers/database-server.ts'
import { testWith } from '../helpers/requirements.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'

testWith('linux', 'a database that cannot even hear a signal is killed by the next server', async () => {
  const dataDir = await temporaryDirectory()
  const server = await startDatabaseServer(dataDir)
  process.kill(await findWatcher(dataDir), 'SIGKILL')
  process.kill(server.pid, 'SIGSTOP')
  server.child.process.kill('SIGKILL')
  await server.child.exited
  const next = await startDatabase(dataDir)
  expect(await isAlive(server.pid)).toBe(false)
  expect(await isAlive(next.pid)).toBe(true)
})

test('twenty times kill -9 of a server under load loses nothing that was acknowledged', async () => {
  const dataDir = await temporaryDirectory()
  let acknowledged = 0
  for (let turn = 0; turn < 20; turn += 1) {
    const server = await startDatabaseServer(dataDir)
    const client = new pg.Client(server.connection)
    client.on('error', () => undefined)
    await client.connect()
    await client.query('create table if not exists kept (n integer primary key)')
    const kept = await countKept(client)
    expect(kept).toBeGreaterThanOrEqual(acknowledged)
    acknowledged = kept
    setTimeout(() => server.child.process.kill('SIGKILL'), 200 + 20 * turn)
    try {
      for (;;) {
        await client.query('insert into kept values ($1)', [acknowledged])
        acknowledged += 1
      }
    } catch {
      await server.child.exited
    }
  }
  const last = await startDatabase(dataDir)
  const client = new pg.Client(last.connection)
  await client.connect()
  expect(await countKept(client)).toBeGreaterThanOrEqual(acknowledged)
  await client.end()
})

async function countKept(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ count: string }>('select count(*) from kept')
  return Number(rows[0]?.count)
}
