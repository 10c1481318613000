import { chmod, chown, mkdtemp, readFile, realpath, rm, stat, writeFile } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest'
import { copyForNobody, nobody, readServerFile, runCli, serveCli, startCli } from '../helpers/cli.ts'
import { databaseOf, runOnce } from '../helpers/global-setup.ts'
import { testWith } from '../helpers/requirements.ts'

let dataDir: string
beforeEach(async () => {
  dataDir = await realpath(await mkdtemp(join(tmpdir(), 'waybill-serve-')))
})
afterEach(() => rm(dataDir, { recursive: true, force: true }))

describe('waybill serve', () => {
  it('says how to sign in and where it is, and leaves cleanly on SIGTERM', async () => {
    const served = await serveCli([], { dataDir })
    expect(served.greeting).toMatch(/^Waybill serves http:\/\/127\.0\.0\.1:\d+$/m)
    expect(served.greeting).toContain(join(dataDir, 'owner.token'))
    expect(await readServerFile(dataDir)).toEqual({ url: served.url, pid: expect.any(Number) })
    expect((await stat(join(dataDir, 'server.json'))).mode & 0o777).toBe(0o600)
    expect((await stat(join(dataDir, 'store'))).mode & 0o777).toBe(0o700)
    served.signal('SIGTERM')
    expect(await served.ended).toBe(0)
    await expect(readServerFile(dataDir)).rejects.toThrow('ENOENT')
  })

  it('prints one line with --quiet', async () => {
    const served = await serveCli(['--quiet'], { dataDir })
    expect(served.greeting).toBe(`ready ${served.url}\n`)
    await served.stop()
  })

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('ends at once on a second %s, whatever still runs', async (signal, code) => {
    const served = await serveCli([], { dataDir })
    const { port } = new URL(served.url)
    const slow = connect(Number(port), '127.0.0.1')
    slow.on('error', () => undefined)
    const token = (await readFile(join(dataDir, 'owner.token'), 'utf8')).trim()
    slow.write(
      `POST /api/v1/jobs HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{`,
    )
    await sleep(300)
    served.signal(signal)
    await sleep(300)
    const startedAt = Date.now()
    served.signal(signal)
    expect(await served.ended).toBe(code)
    expect(Date.now() - startedAt).toBeLessThan(2000)
    slow.destroy()
    // Nothing of it is left in the way of the next one.
    await (await serveCli([], { dataDir })).stop()
  })

  it('is not found any more after kill -9, and says so', async () => {
    const served = await serveCli([], { dataDir })
    served.signal('SIGKILL')
    await served.ended
    const ran = await served.run(['file', 'find', '--json'])
    expect(ran.code).toBe(6)
    expect(JSON.parse(ran.err)).toMatchObject({ code: 'unavailable' })
    expect(JSON.parse(ran.err).error).toMatch(
      new RegExp(`^No server answers at ${served.url} \\(.*start one with "waybill serve"`),
    )
    const doctor = await served.run(['doctor'])
    expect(doctor.out).toMatch(/server: No server answers at .*; the one that was there .* has died/)
    const again = await serveCli([], { dataDir })
    expect((await again.run(['file', 'find'])).code).toBe(0)
    await again.stop()
  })

  it('refuses a data directory that another one serves, and its own port twice', async () => {
    const served = await serveCli([], { dataDir })
    const { port } = new URL(served.url)
    expect((await runCli(['serve', '--data-dir', dataDir, '--port', '0'])).code).toBe(7)
    const other = await mkdtemp(join(tmpdir(), 'waybill-serve-'))
    const second = await runCli(['serve', '--data-dir', other, '--port', port])
    expect(second.code).toBe(2)
    expect(second.err).toContain(`Port ${port} of 127.0.0.1 is in use`)
    await rm(other, { recursive: true, force: true })
    await served.stop()
  })

  it('names every fault of its settings before it starts anything', async () => {
    const ran = await runCli(['serve', '--port', '99999', '--data-dir', dataDir, '--location', dataDir], {
      env: { WAYBILL_PROT: '1', DATABASE_URL: 'mysql://x:hunter2@y' },
    })
    expect(ran.code).toBe(2)
    for (const place of ['--port', '--location', 'WAYBILL_PROT', 'DATABASE_URL']) {
      expect(ran.err).toContain(`\n  ${place}: `)
    }
    expect(ran.err).not.toContain('hunter2')
  })

  it('runs on a PostgreSQL of its own choice, with a worker beside it', async () => {
    const { connection } = inject('testDatabase')
    const name = `waybill_cli_${process.pid}`
    await runOnce(connection, `create database ${name}`)
    const { connectionString, host = '', port, user } = databaseOf(connection, name)
    const url =
      connectionString ?? `postgres:///${name}?host=${encodeURIComponent(host)}&port=${port}&user=${user}`
    const env = { DATABASE_URL: url, WAYBILL_DATA_DIR: dataDir }
    const pending = await runCli(['migrate', '--dry-run', '--json'], { env })
    expect(JSON.parse(pending.out).pending[0]).toMatch(/^0001_/)
    expect((await runCli(['migrate', '--log-level', 'warn'], { env })).out).toContain('Applied 0001_')
    expect((await runCli(['migrate'], { env })).out).toBe('The database is up to date\n')
    const served = await serveCli([], { dataDir, env: { DATABASE_URL: url } })
    expect((await served.run(['file', 'find'], { env: { DATABASE_URL: url } })).code).toBe(0)
    const worker = startCli(['worker', '--worker-concurrency', '2', '--log-level', 'warn'], { env })
    expect(await worker.untilPrinted(/^ready/m)).toBe('ready 2 tasks at a time\n')
    worker.child.kill('SIGTERM')
    expect(await worker.ended).toBe(0)
    await served.stop()
    await runOnce(connection, `drop database ${name} with (force)`)
  })

  it('is not swayed by settings of its parts that lie where it is started', async () => {
    const cwd = await realpath(await mkdtemp(join(tmpdir(), 'waybill-cwd-')))
    await writeFile(join(cwd, '.graphile-workerrc.js'), 'process.exit(66)')
    const served = await serveCli([], { dataDir, cwd })
    expect((await served.run(['doctor'], { cwd })).code).toBe(0)
    await served.stop()
    await rm(cwd, { recursive: true })
  })

  testWith('root', 'serves an ordinary user in a directory of mode 0700', async () => {
    await chown(dataDir, nobody, nobody)
    await chmod(dataDir, 0o700)
    const asNobody = await copyForNobody()
    const cwd = await realpath(await mkdtemp(join(tmpdir(), 'waybill-closed-')))
    const served = await serveCli([], { dataDir, asNobody, cwd })
    expect((await stat(join(dataDir, 'postgres'))).uid).toBe(nobody)
    expect((await served.run(['file', 'find'], { asNobody })).code).toBe(0)
    expect((await served.run(['doctor'], { asNobody, cwd })).code).toBe(0)
    await rm(cwd, { recursive: true })
    await served.stop()
    await asNobody.remove()
  })
})

describe('waybill worker', () => {
  it('says that the embedded database has a worker already', async () => {
    const ran = await runCli(['worker', '--data-dir', dataDir])
    expect(ran.code).toBe(2)
    expect(ran.err).toContain('set DATABASE_URL')
  })
})

describe('a command without a server', () => {
  it('says how to start one', async () => {
    const ran = await runCli(['file', 'find', '--data-dir', dataDir])
    expect(ran.code).toBe(4)
    expect(ran.err).toContain('start one with "waybill serve"')
  })

  it('never shows the local token to another machine', async () => {
    await writeFile(join(dataDir, 'owner.token'), 'wb_secret\n')
    const ran = await runCli(['file', 'find', '--data-dir', dataDir, '--url', 'http://example.invalid'])
    expect(ran.code).toBe(4)
    expect(ran.err).toContain('No token for http://example.invalid is given')
  })
})

describe('waybill doctor', () => {
  it('finds nothing wrong with a server that runs', async () => {
    const served = await serveCli([], { dataDir })
    const ran = await served.run(['doctor', '--json'])
    const { ok, checks, settings } = JSON.parse(ran.out)
    expect(checks.filter((check: { verdict: string }) => check.verdict === 'fault')).toEqual([])
    expect({ ok, code: ran.code }).toEqual({ ok: true, code: 0 })
    const messages = checks.map((check: { message: string }) => check.message).join('\n')
    expect(messages).toMatch(/embedded PostgreSQL answers, version 18/)
    expect(messages).toContain('The schema is up to date')
    expect(messages).toContain(`${join(dataDir, 'store')} can be written to, read and deleted from`)
    expect(messages).toContain(`A server answers at ${served.url}`)
    expect(settings).toContainEqual({ key: 'data_dir', shown: dataDir, from: 'WAYBILL_DATA_DIR' })
    served.signal('SIGTERM')
    await served.ended
    const after = await served.run(['doctor', '--port', '0'])
    expect(after.code).toBe(0)
    expect(after.out).toContain('not running; its cluster is of version 18')
  })

  it('names several faults at once, each with what to do, and no secret', async () => {
    const taken = createServer()
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
    const address = taken.address()
    const port = typeof address === 'object' ? address?.port : 0
    await chmod(dataDir, 0o755)
    await writeFile(join(dataDir, 'owner.token'), 'wb_secret\n')
    // Not the mode of the call above: the umask would narrow it.
    await chmod(join(dataDir, 'owner.token'), 0o644)
    await writeFile(join(dataDir, 'waybill.json'), `{"port": ${port}, "pool_size": 0}`)
    const args = [
      'doctor',
      '--store',
      '/nowhere/store',
      '--location',
      '/nowhere/else',
      '--location',
      's3://b/c',
    ]
    const env = { WAYBILL_DATA_DIR: dataDir, DATABASE_URL: 'postgres://me:hunter2@127.0.0.1:1/x' }
    const ran = await runCli(args, { env })
    taken.close()
    expect(ran.code).toBe(1)
    for (const words of [
      'waybill.json line 1 (pool_size) is 0',
      'Other users of this machine may enter',
      'owner.token can be read by other users',
      'postgres://me:***@127.0.0.1:1/x does not answer',
      'The private store /nowhere/store is not there',
      'The location /nowhere/else is not there',
      `Port ${port} of 127.0.0.1 is used by another program`,
    ]) {
      expect(ran.out).toContain(words)
    }
    expect(ran.out).not.toContain('hunter2')
    expect(ran.out).toMatch(/→ .+/)
  })

  it('starts nothing and makes nothing', async () => {
    const nowhere = join(dataDir, 'not-yet')
    expect((await runCli(['doctor', '--data-dir', nowhere, '--port', '0'])).code).toBe(0)
    await expect(readFile(nowhere)).rejects.toThrow('ENOENT')
  })
})
