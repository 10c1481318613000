import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { collectConfig, readConfig } from './config.ts'
import { AppError } from './errors.ts'

let folder: string
beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'waybill-config-')))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const configure = (options: Record<string, unknown> = {}, env: NodeJS.ProcessEnv = {}) =>
  readConfig({ dataDir: join(folder, 'data'), ...options }, env)

function faultsOf(options: Record<string, unknown>, env: NodeJS.ProcessEnv = {}): Record<string, string> {
  const { faults } = collectConfig({ dataDir: join(folder, 'data'), ...options }, env)
  return Object.fromEntries(faults.map(({ field, message }) => [field, message]))
}

async function fileWith(content: string): Promise<string> {
  const path = join(await mkdtemp(join(folder, 'file-')), 'waybill.config.json')
  await writeFile(path, content)
  return path
}

describe('where a value comes from', () => {
  it('is the option, else the variable, else the file, else the default', async () => {
    const config = await fileWith('{"port": 1001, "host": "filehost", "log_level": "warn"}')
    const env = { WAYBILL_PORT: '1002', WAYBILL_HOST: 'envhost' }
    const given = configure({ config, port: '1003' }, env)
    expect(given).toMatchObject({ port: 1003, host: 'envhost', logLevel: 'warn', poolSize: 20 })
  })

  it('is named for each value, without its secrets', async () => {
    const config = await fileWith('{\n  "log_level": "warn"\n}')
    const env = {
      DATABASE_URL: 'postgres://me:hunter2@db/waybill?password=x1',
      WAYBILL_TOKEN: 'wb_0123456789',
    }
    const { entries } = collectConfig({ config, port: '1' }, env)
    const shown = Object.fromEntries(entries.map(({ key, shown, from }) => [key, [shown, from]]))
    expect(shown.database_url).toEqual(['postgres://me:***@db/waybill?password=***', 'DATABASE_URL'])
    expect(shown.WAYBILL_TOKEN).toEqual(['wb_012…', 'WAYBILL_TOKEN'])
    expect(shown.log_level).toEqual(['warn', `${config} line 2 (log_level)`])
    expect(shown.port).toEqual(['1', '--port'])
    expect(shown.host?.[1]).toBe('default')
  })

  it('is waybill.json in the data directory when no file is named', async () => {
    const dataDir = await mkdtemp(join(folder, 'data-'))
    await writeFile(join(dataDir, 'waybill.json'), '{"port": 4711}')
    expect(configure({ dataDir }).port).toBe(4711)
  })

  it('takes an empty variable for one that is not set', () => {
    expect(configure({}, { WAYBILL_PORT: '' }).port).toBe(4400)
  })

  it('prefers the variable of Waybill to the one that others read too', () => {
    const env = { DATABASE_URL: 'postgres://a/a', WAYBILL_DATABASE_URL: 'postgres://b/b' }
    expect(configure({}, env).databaseUrl).toBe('postgres://b/b')
  })
})

describe('paths', () => {
  it('become absolute: from the working directory, or from the file that they stand in', async () => {
    const config = await fileWith('{"store": "buckets"}')
    expect(configure({ config }).store).toBe(join(config, '..', 'buckets'))
    expect(configure({ dataDir: 'relative' }).dataDir).toBe(join(process.cwd(), 'relative'))
  })

  it('of locations are split at commas and line ends of the variable', () => {
    const env = { WAYBILL_LOCATIONS: '/a, gs://bucket/b\n/c,\n' }
    expect(configure({}, env).locations).toEqual(['/a', 'gs://bucket/b', '/c'])
  })

  it('of locations come one to an option, commas and all', () => {
    expect(configure({ location: ['/a,b', '/c'] }).locations).toEqual(['/a,b', '/c'])
  })

  it('of the store default to the data directory', () => {
    expect(configure().store).toBe(join(folder, 'data', 'store'))
  })
})

describe('what is wrong', () => {
  it('is told all at once, each with its place', async () => {
    const config = await fileWith('{\n  "pool_size": "many",\n  "prot": 4400\n}')
    const env = { WAYBILL_HSOT: 'x', WAYBILL_LOG_LEVEL: 'loud', DATABASE_URL: 'mysql://me:hunter2@db' }
    const faults = faultsOf({ config, port: '70000' }, env)
    expect(Object.keys(faults).sort()).toEqual(
      [
        '--port',
        'DATABASE_URL',
        'WAYBILL_HSOT',
        'WAYBILL_LOG_LEVEL',
        `${config} line 2 (pool_size)`,
        `${config} line 3 (prot)`,
      ].sort(),
    )
    expect(faults['--port']).toBe('is "70000"; give a whole number from 0 to 65535')
    expect(faults.WAYBILL_HSOT).toBe('is not a variable of Waybill; did you mean WAYBILL_HOST?')
    expect(faults[`${config} line 3 (prot)`]).toBe('is not a setting of Waybill; did you mean port?')
    expect(JSON.stringify(faults)).not.toContain('hunter2')
  })

  it('throws invalid_config with a sentence that counts', () => {
    const error = catchError(() => configure({ port: 'x', poolSize: '0' }))
    expect(error).toBeInstanceOf(AppError)
    expect(error).toMatchObject({ code: 'invalid_config', details: { length: 2 } })
    expect(String(error)).toContain('--port is "x"; give a whole number from 0 to 65535 (and 1 more)')
  })

  it.each([
    ['port', '-1'],
    ['port', '4.5'],
    ['port', '0x10'],
    ['port', ' '],
    ['poolSize', '1'],
    ['host', ''],
    ['url', 'localhost:4400'],
    ['url', 'http://me:secret@host'],
    ['publicUrl', 'runs.example.org'],
    ['publicUrl', 'https://me:secret@host'],
    ['publicUrl', 'https://host/?a=1'],
    ['store', 'ftp://x/y'],
    ['location', ['/a/../b', 'http://x']],
  ])('refuses %s %j', (name, value) => {
    const options = { [name]: value }
    const faults = faultsOf(options)
    if (name === 'location') expect(Object.values(faults)[0]).toContain('http://x')
    expect(Object.keys(faults)).toHaveLength(1)
  })

  it('says where a file is no JSON, cannot be read or holds no object', async () => {
    const broken = await fileWith('{\n  "port": 1,\n}')
    expect(Object.keys(faultsOf({ config: broken }))[0]).toBe(`${broken} line 3`)
    const list = await fileWith('[1]')
    expect(faultsOf({ config: list })[list]).toContain('holds no JSON object')
    const missing = join(folder, 'nowhere.json')
    expect(faultsOf({ config: missing })[missing]).toContain('cannot be read')
  })

  it('is a data_dir in the file that was found in the data directory', async () => {
    const dataDir = await mkdtemp(join(folder, 'data-'))
    await writeFile(join(dataDir, 'waybill.json'), '{"data_dir": "/elsewhere"}')
    expect(Object.values(faultsOf({ dataDir }))).toEqual([
      'cannot move the data directory that this file was found in',
    ])
  })

  it('leaves the variables of the test suite alone', () => {
    expect(faultsOf({}, { WAYBILL_SOAK: '1', WAYBILL_TEST_LOG: 'info' })).toEqual({})
  })
})

describe('the types of auxiliary files', () => {
  it('are the shipped ones, with what the file or a variable lays over them', async () => {
    expect([...configure().fileTypes.keys()]).toEqual(['epw', 'csv', 'json', 'xml', 'xsd', 'rng', 'dtd'])
    const config = await fileWith(
      '{"auxiliary_file_allowed_types": {"idf": {"mime_type": "text/plain", "max_size_mb": 2}}}',
    )
    expect(configure({ config }).fileTypes.get('idf')?.maxSizeBytes).toBe(2_097_152)
    const env = { AUXILIARY_FILE_ALLOWED_TYPES: '{"epw": {"max_size_mb": 40}}' }
    expect(configure({}, env).fileTypes.get('epw')?.maxSizeBytes).toBe(41_943_040)
  })

  it.each([
    ['{', 'is not valid JSON'],
    ['[]', 'is no JSON object'],
    ['{"idf": {}}', 'gives "idf" the mime_type nothing; give one like "text/plain"'],
  ])('given as %s are refused', (value, message) => {
    const faults = faultsOf({}, { WAYBILL_AUXILIARY_FILE_ALLOWED_TYPES: value })
    expect(faults.WAYBILL_AUXILIARY_FILE_ALLOWED_TYPES).toContain(message)
  })

  it('are shown by their extensions', () => {
    const { entries } = collectConfig({ dataDir: join(folder, 'data') }, {})
    const entry = entries.find(({ key }) => key === 'auxiliary_file_allowed_types')
    expect(entry?.shown).toBe('epw, csv, json, xml, xsd, rng, dtd')
  })
})

describe('the private store', () => {
  it.each([
    ['is a location', 'x', 'x'],
    ['lies in a location', 'x/store', 'x'],
    ['holds a location', 'x', 'x/y'],
  ])('is refused where it %s', (_, store, location) => {
    const faults = faultsOf({ store: join(folder, store), location: [join(folder, location)] })
    expect(faults['--location']).toContain('overlaps the private store')
  })

  it('is found behind a link', async () => {
    await mkdir(join(folder, 'real'))
    await symlink(join(folder, 'real'), join(folder, 'link'))
    const faults = faultsOf({ store: join(folder, 'real', 'store'), location: [join(folder, 'link')] })
    expect(faults['--location']).toContain('overlaps the private store')
  })

  it('may not lie in the location that every data directory has', () => {
    expect(faultsOf({ store: join(folder, 'data', 'files', 'store') })['--store']).toContain('overlaps')
  })

  it('and its neighbours in the data directory are no location', () => {
    const store = 'gs://bucket/store'
    expect(faultsOf({ store, location: [folder] })['--location']).toContain('the data directory')
    expect(faultsOf({ store, location: ['/'] })['--location']).toContain('the data directory')
    expect(faultsOf({ store, location: [join(folder, 'data', 'files', 'north')] })).toEqual({})
    expect(faultsOf({ store, location: ['gs://bucket/stores', '/elsewhere'] })).toEqual({})
    expect(faultsOf({ store, location: ['gs://bucket'] })['--location']).toContain('the private store')
  })
})

function catchError(run: () => unknown): unknown {
  try {
    return run()
  } catch (error) {
    return error
  }
}
