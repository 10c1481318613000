import { execFile } from 'node:child_process'
import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../src/db/embedded-postgres.ts'
import { preparePostgresBinaries } from '../../src/db/postgres-binaries.ts'
import { silentLogger } from '../../src/lib/logger.ts'
import { startDatabase } from '../helpers/database-server.ts'
import { testWith } from '../helpers/requirements.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'

const exec = promisify(execFile)

async function ask(postgres: EmbeddedPostgres, statement: string): Promise<unknown[]> {
  const client = new pg.Client(postgres.connection)
  await client.connect()
  try {
    return (await client.query(statement)).rows
  } finally {
    await client.end()
  }
}

test('what was committed is there after a stop and a start', async () => {
  const dataDir = join(await temporaryDirectory(), 'made', 'on the way')
  const first = await startDatabase(dataDir)
  await ask(first, 'create table kept as select 7 as n')
  await first.stop()
  await first.stop()
  expect(() => process.kill(first.pid, 0)).toThrow('ESRCH')
  const second = await startDatabase(dataDir)
  expect(await ask(second, 'select n from kept')).toEqual([{ n: 7 }])
})

test('it syncs, listens on no network, and orders text by code point', async () => {
  const postgres = await startDatabase(await temporaryDirectory())
  expect(
    await ask(
      postgres,
      `select current_setting('server_version_num')::int / 10000 as version, current_setting('fsync') as fsync,
        current_setting('listen_addresses') as addresses, current_setting('data_checksums') as checksums,
        lower('ÅB') as lower, 'Z' < 'a' as by_code_point`,
    ),
  ).toEqual([{ version: 18, fsync: 'on', addresses: '', checksums: 'on', lower: 'åb', by_code_point: true }])
})

test('the data directory may be closed to others, hold spaces, and be longer than a socket address', async () => {
  const parent = await temporaryDirectory()
  const dataDir = join(parent, 'closed', 'a directory with spaces '.repeat(4), 'ünïcode '.repeat(8))
  await mkdir(dataDir, { recursive: true })
  await chmod(join(parent, 'closed'), 0o700)
  expect(Buffer.byteLength(dataDir)).toBeGreaterThan(150)
  const postgres = await startDatabase(dataDir)
  expect(await ask(postgres, 'select 1 as n')).toEqual([{ n: 1 }])
})

test('a umask that gives nothing to others does not matter', async () => {
  const umask = process.umask(0o077)
  onTestFinished(() => void process.umask(umask))
  const postgres = await startDatabase(join(await temporaryDirectory(), 'data'))
  expect(await ask(postgres, 'select 1 as n')).toEqual([{ n: 1 }])
})

testWith('root', 'the copy of the binaries that root makes can be run, and is repaired', async () => {
  const umask = process.umask(0o077)
  onTestFinished(() => void process.umask(umask))
  const parent = await temporaryDirectory()
  await chmod(parent, 0o755)
  const nobody = { uid: 65534, gid: 65534 }
  const prepare = () => preparePostgresBinaries(parent, nobody, join(parent, 'public'))
  const copies = await Promise.all([prepare(), prepare(), prepare()])
  for (const { postgres } of copies) expect(postgres).toMatch(join(parent, 'public'))
  const [copy] = copies
  await rm(join(copy?.postgres ?? '', '..', '..', 'lib'), { recursive: true })
  const repaired = await prepare()
  expect(repaired).toEqual(copy)
  const { stdout } = await exec(repaired.postgres, ['--version'], { ...nobody, cwd: '/' })
  expect(stdout).toContain('PostgreSQL) 18')
})

test('neither the locale nor PG variables of the caller matter', async () => {
  const saved = { ...process.env }
  onTestFinished(() => {
    process.env = saved
  })
  process.env = {
    ...saved,
    LC_ALL: 'xx_YY.UTF-8',
    LANG: 'nowhere',
    PGDATA: '/nowhere',
    PGPORT: '1',
    PGHOST: 'x',
  }
  const postgres = await startDatabase(await temporaryDirectory())
  expect(await ask(postgres, 'select 1 as n')).toEqual([{ n: 1 }])
})

test('a second server on the same directory is told which process holds it', async () => {
  const dataDir = await temporaryDirectory()
  await startDatabase(dataDir)
  await expect(startEmbeddedPostgres({ dataDir, log: silentLogger })).rejects.toMatchObject({
    code: 'data_dir_in_use',
    message: `The data directory ${dataDir} is in use by another Waybill server (process ${process.pid}); stop that one, or give this one another --data-dir`,
  })
})

test('pid files that name a process of someone else do not keep it from starting', async () => {
  const dataDir = await temporaryDirectory()
  const cluster = join(dataDir, 'postgres')
  const names = ['postmaster.pid', '.s.PGSQL.5432.lock']
  const first = await startDatabase(dataDir)
  const texts = await Promise.all(names.map((name) => readFile(join(cluster, name), 'utf8')))
  await first.stop()
  for (const [index, name] of names.entries()) {
    await writeFile(join(cluster, name), texts[index]?.replace(/^\d+/, String(process.pid)) ?? '')
  }
  const second = await startDatabase(dataDir)
  expect(await ask(second, 'select 1 as n')).toEqual([{ n: 1 }])
})

test('an initialisation that was cut off is done again', async () => {
  const dataDir = await temporaryDirectory()
  const half = await mkdtemp(join(dataDir, '.postgres-init-'))
  await mkdir(join(half, 'base'))
  await writeFile(join(half, 'PG_VERSION'), '18\n')
  const postgres = await startDatabase(dataDir)
  expect(await ask(postgres, 'select 1 as n')).toEqual([{ n: 1 }])
  await expect(stat(half)).rejects.toThrow('ENOENT')
})

test('a data directory that is a file is refused in words', async () => {
  const file = join(await temporaryDirectory(), 'file')
  await writeFile(file, 'not a directory')
  for (const dataDir of [file, join(file, 'below')]) {
    await expect(startEmbeddedPostgres({ dataDir, log: silentLogger })).rejects.toMatchObject({
      code: 'invalid_config',
      message: `The data directory ${dataDir} cannot be used: there is a file in its place; give a directory that this user can write to with --data-dir`,
    })
  }
})

test('files in the place of the database are left alone and named', async () => {
  const dataDir = await temporaryDirectory()
  await mkdir(join(dataDir, 'postgres'))
  await writeFile(join(dataDir, 'postgres', 'precious'), 'x')
  if (process.getuid?.() === 0) await exec('chown', ['-R', '65534:65534', join(dataDir, 'postgres')])
  await expect(startEmbeddedPostgres({ dataDir, log: silentLogger })).rejects.toMatchObject({
    code: 'database_start_failed',
    message: `${join(dataDir, 'postgres')} holds files, but no PostgreSQL database; move them away and start again`,
  })
  expect(await readFile(join(dataDir, 'postgres', 'precious'), 'utf8')).toBe('x')
})

test('a database of another major version is refused with both numbers', async () => {
  const dataDir = await temporaryDirectory()
  const first = await startDatabase(dataDir)
  await first.stop()
  await writeFile(join(dataDir, 'postgres', 'PG_VERSION'), '17\n')
  await expect(startEmbeddedPostgres({ dataDir, log: silentLogger })).rejects.toMatchObject({
    code: 'database_start_failed',
    message: expect.stringMatching(/was made by PostgreSQL 17, and this Waybill comes with PostgreSQL 18/),
  })
})

test('a damaged database fails with the reason that PostgreSQL gives, and frees the directory', async () => {
  const dataDir = await temporaryDirectory()
  const first = await startDatabase(dataDir)
  await first.stop()
  await rm(join(dataDir, 'postgres', 'global', 'pg_control'))
  for (const _ of [1, 2]) {
    await expect(startEmbeddedPostgres({ dataDir, log: silentLogger })).rejects.toMatchObject({
      code: 'database_start_failed',
      message: expect.stringMatching(/ended while it started.*could not.*(pg_control|database system)/),
    })
  }
})

testWith('linux', 'a directory that cannot be written to is refused in words', async () => {
  const own = await temporaryDirectory()
  await chmod(own, 0o500)
  onTestFinished(() => chmod(own, 0o700))
  // Root may write where modes forbid it, but not among the kernel's own files.
  const parent = process.getuid?.() === 0 ? '/sys' : own
  await expect(
    startEmbeddedPostgres({ dataDir: join(parent, 'waybill-data'), log: silentLogger }),
  ).rejects.toMatchObject({
    code: 'invalid_config',
    message: expect.stringMatching(/EACCES|EPERM|EROFS/),
  })
})

/** In a mount namespace of its own, so that nothing stays mounted whatever becomes of the test. */
async function startOnTmpfs(options: string, prepare: string): Promise<{ code: string; message: string }> {
  const mountPoint = await mkdtemp(join(tmpdir(), 'waybill-mount-'))
  onTestFinished(() => rm(mountPoint, { recursive: true, force: true }))
  const script = `mount -t tmpfs -o ${options} tmpfs "$1" && ${prepare} "$0" --import tsx test/db/postgres-child.ts "$2"`
  const argument = JSON.stringify({ dataDir: join(mountPoint, 'data') })
  const { stdout } = await exec('unshare', [
    '--mount',
    '/bin/sh',
    '-c',
    `${script} || true`,
    process.execPath,
    mountPoint,
    argument,
  ])
  expect(stdout).toMatch(/^failed /)
  return JSON.parse(stdout.slice('failed '.length)) as { code: string; message: string }
}

testWith('mounts', 'a full disk is named when the database is made', async () => {
  const failure = await startOnTmpfs('size=12m', '')
  expect(failure.code).toBe('database_start_failed')
  expect(failure.message).toMatch(/could not make a database in .*No space left on device/)
})

testWith('mounts', 'a disk that may only be read is named', async () => {
  const present = await startOnTmpfs('size=12m', 'mkdir "$1/data" && mount -o remount,ro "$1" &&')
  expect(present.code).toBe('database_start_failed')
  expect(present.message).toMatch(/cannot be locked: EROFS: read-only file system/)
  const absent = await startOnTmpfs('size=12m', 'mount -o remount,ro "$1" &&')
  expect(absent.code).toBe('invalid_config')
  expect(absent.message).toMatch(/may only be read/)
})

testWith(
  'root',
  'a database that was given to root is refused with the command that gives it back',
  async () => {
    const dataDir = await temporaryDirectory()
    const first = await startDatabase(dataDir)
    await first.stop()
    await exec('chown', ['-R', '0:0', join(dataDir, 'postgres')])
    await expect(startEmbeddedPostgres({ dataDir, log: silentLogger })).rejects.toMatchObject({
      code: 'database_start_failed',
      message: expect.stringMatching(/belongs to root.*chown -R \d+:\d+ /),
    })
  },
)
