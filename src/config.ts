import { readFileSync, realpathSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import {
  configFile,
  defaultDataDir,
  type Place,
  type Setting,
  SettingFault,
  settings,
} from './config-settings.ts'
import { AppError, type ErrorDetail, sentenceOfDetails } from './errors.ts'
import { type FileTypes, shippedFileTypes } from './files/file-types.ts'
import { closestName } from './lib/closest-name.ts'
import { messageOf, systemCodeOf } from './lib/system-error.ts'
import { isWithin } from './storage/location.ts'

export interface Config {
  dataDir: string
  host: string
  port: number
  /** Null means the host that each request names. */
  publicUrl: string | null
  /** Null means the embedded PostgreSQL. */
  databaseUrl: string | null
  store: string
  locations: string[]
  logLevel: string
  poolSize: number
  statementTimeoutMs: number
  workerConcurrency: number
  watchForMs: number
  bodyLimitBytes: number
  primaryLimitBytes: number
  /** Types that an auxiliary file may have, by extension. */
  fileTypes: FileTypes
  /** Of the client; null means that it finds the local one. */
  url: string | null
  token: string | null
  tokenFile: string | null
}

/** What a command was given: by the option's name, as commander writes it. */
export type ConfigOptions = Readonly<Record<string, unknown>>

/** One value that is in force. `shown` is without secrets. */
export interface ConfigEntry {
  key: string
  shown: string
  from: string
}

export interface CollectedConfig {
  config: Config
  entries: ConfigEntry[]
  /** All that is wrong; a faulty value is left at its default. */
  faults: ErrorDetail[]
}

/** Throws `invalid_config` that names every fault of options, variables and file at once. */
export function readConfig(options: ConfigOptions, env: NodeJS.ProcessEnv = process.env): Config {
  const { config, faults } = collectConfig(options, env)
  const [first] = faults
  if (first === undefined) return config
  throw new AppError('invalid_config', sentenceOfDetails(first, faults.length), { details: faults })
}

/** The same without throwing, for whoever looks into what is wrong. */
export function collectConfig(options: ConfigOptions, env: NodeJS.ProcessEnv = process.env): CollectedConfig {
  const faults: ErrorDetail[] = unknownVariables(env)
  const entries: ConfigEntry[] = []
  const take = <T>(setting: Setting<T>, file: ConfigFile | null, defaultValue: T): T => {
    const found = findValue(setting, options, env, file)
    const place: Place = found?.place ?? { source: 'default', name: 'default', folder: process.cwd() }
    let value = defaultValue
    try {
      if (found !== undefined) value = setting.parse(found.raw, place)
    } catch (error) {
      if (!(error instanceof SettingFault)) throw error
      faults.push({ field: place.name, message: error.message })
    }
    const key = setting.key ?? setting.variables[0] ?? ''
    entries.push({ key, shown: show(setting, value), from: place.name })
    return value
  }

  const namedFile = textOf(options.config) ?? textOf(env[configFile.variable])
  const given = namedFile === undefined ? null : loadFile(resolve(namedFile), faults, true)
  const standard = defaultDataDir({
    uid: process.getuid?.(),
    home: homedir(),
    ...(env.XDG_DATA_HOME === undefined ? {} : { xdgDataHome: env.XDG_DATA_HOME }),
  })
  const dataDir = take(settings.dataDir, given, standard)
  const file = given ?? loadFile(join(dataDir, 'waybill.json'), faults, false)
  const optional = <T>(setting: Setting<T>) => take<T | null>(setting as Setting<T | null>, file, null)

  const config: Config = {
    dataDir,
    host: take(settings.host, file, '127.0.0.1'),
    port: take(settings.port, file, 4400),
    publicUrl: optional(settings.publicUrl),
    databaseUrl: optional(settings.databaseUrl),
    store: take(settings.store, file, join(dataDir, 'store')),
    locations: take(settings.locations, file, []),
    logLevel: take(settings.logLevel, file, 'info'),
    poolSize: take(settings.poolSize, file, 20),
    statementTimeoutMs: take(settings.statementTimeoutMs, file, 60_000),
    workerConcurrency: take(settings.workerConcurrency, file, 4),
    watchForMs: take(settings.watchDays, file, 30) * 86_400_000,
    bodyLimitBytes: take(settings.bodyLimitMb, file, 32) * 1024 * 1024,
    primaryLimitBytes: take(settings.primaryLimitMb, file, 100) * 1024 * 1024,
    fileTypes: take(settings.auxiliaryFileAllowedTypes, file, shippedFileTypes),
    url: optional(settings.url),
    token: optional(settings.token),
    tokenFile: optional(settings.tokenFile),
  }
  faults.push(...placementFaults(config, entries))
  return { config, entries, faults }
}

/** What the terminal's own variables ask for, beside what the streams are. */
export function readColourWish(env: NodeJS.ProcessEnv = process.env): 'always' | 'never' | 'auto' {
  if ((env.NO_COLOR ?? '') !== '' || env.TERM === 'dumb') return 'never'
  return (env.FORCE_COLOR ?? '0') === '0' ? 'auto' : 'always'
}

interface ConfigFile {
  path: string
  text: string
  values: Readonly<Record<string, unknown>>
}

function findValue<T>(
  setting: Setting<T>,
  options: ConfigOptions,
  env: NodeJS.ProcessEnv,
  file: ConfigFile | null,
): { raw: unknown; place: Place } | undefined {
  const flag = setting.flags?.split(' ')[0] ?? ''
  const option = setting.flags === null ? undefined : options[optionName(flag)]
  if (option !== undefined) {
    return { raw: option, place: { source: 'option', name: flag, folder: process.cwd() } }
  }
  for (const name of setting.variables) {
    const raw = textOf(env[name])
    if (raw !== undefined) return { raw, place: { source: 'variable', name, folder: process.cwd() } }
  }
  if (file === null || setting.key === null || !Object.hasOwn(file.values, setting.key)) return undefined
  const name = placeInFile(file, setting.key)
  return { raw: file.values[setting.key], place: { source: 'file', name, folder: dirname(file.path) } }
}

/** `--data-dir` is `dataDir` among commander's options. */
function optionName(flag: string): string {
  return flag.slice(2).replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())
}

/** An empty variable is one that is not set: that is how shells and compose files pass on what nobody gave. */
function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

function unknownVariables(env: NodeJS.ProcessEnv): ErrorDetail[] {
  const known = Object.values(settings).flatMap((setting) => [...setting.variables])
  known.push(configFile.variable)
  return Object.keys(env)
    .filter((name) => name.startsWith('WAYBILL_') && !known.includes(name) && !isOfTestSuite(name))
    .map((name) => ({
      field: name,
      message: `is not a variable of Waybill${didYouMean(name, known, 'WAYBILL_')}`,
    }))
}

const isOfTestSuite = (name: string) => name.startsWith('WAYBILL_TEST_') || name === 'WAYBILL_SOAK'

function loadFile(path: string, faults: ErrorDetail[], named: boolean): ConfigFile | null {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    const code = systemCodeOf(error)
    if (!named && (code === 'ENOENT' || code === 'ENOTDIR')) return null
    faults.push({ field: path, message: `cannot be read as the configuration: ${messageOf(error)}` })
    return null
  }
  const values = parseObject(path, text, faults)
  if (values === null) return null
  const file = { path, text, values }
  const known = Object.values(settings).flatMap((setting) => setting.key ?? [])
  for (const key of Object.keys(values)) {
    const field = placeInFile(file, key)
    if (!known.includes(key)) {
      faults.push({ field, message: `is not a setting of Waybill${didYouMean(key, known)}` })
    } else if (key === 'data_dir' && !named) {
      faults.push({ field, message: 'cannot move the data directory that this file was found in' })
    }
  }
  return file
}

function parseObject(
  path: string,
  text: string,
  faults: ErrorDetail[],
): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text.replace(/^\uFEFF/, ''))
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return value as Record<string, unknown>
    }
    faults.push({ field: path, message: 'holds no JSON object; write {"port": 4400} and the like' })
  } catch (error) {
    const position = Number(/position (\d+)/.exec(messageOf(error))?.[1] ?? 0)
    const line = text.slice(0, position).split('\n').length
    faults.push({ field: `${path} line ${line}`, message: `is not valid JSON: ${messageOf(error)}` })
  }
  return null
}

function placeInFile(file: ConfigFile, key: string): string {
  const lines = file.text.split('\n')
  const index = lines.findIndex((line) => line.includes(JSON.stringify(key)))
  return `${file.path} line ${index + 1} (${key})`
}

/** What all variables begin with says nothing about which one was meant. */
function didYouMean(name: string, known: readonly string[], prefix = ''): string {
  const rests = known.filter((other) => other.startsWith(prefix)).map((other) => other.slice(prefix.length))
  const closest = closestName(name.slice(prefix.length), rests)
  return closest === undefined ? '' : `; did you mean ${prefix}${closest}?`
}

function show<T>(setting: Setting<T>, value: T): string {
  if (value === null) return `(${setting.defaultText})`
  if (setting.mask !== undefined) return setting.mask(value)
  if (Array.isArray(value)) return value.length === 0 ? `(${setting.defaultText})` : value.join(', ')
  return String(value)
}

/** The private store and the data directory hold what no org may point at. */
function placementFaults(config: Config, entries: readonly ConfigEntry[]): ErrorDetail[] {
  const ownFiles = join(config.dataDir, 'files')
  const from = (key: string) => entries.find((entry) => entry.key === key)?.from ?? key
  const faults: ErrorDetail[] = []
  if (overlap(config.store, ownFiles)) {
    faults.push({
      field: from('store'),
      message: `is "${config.store}", which overlaps the location "${ownFiles}"; keep the private store apart`,
    })
  }
  for (const location of config.locations) {
    if (overlap(config.store, location)) {
      faults.push({
        field: from('locations'),
        message: `names "${location}", which overlaps the private store "${config.store}"; keep them apart`,
      })
    } else if (overlap(config.dataDir, location) && !isWithin(ownFiles, location)) {
      faults.push({
        field: from('locations'),
        message: `names "${location}", which overlaps the data directory "${config.dataDir}" and the secrets in it; only "${ownFiles}" may be pointed at`,
      })
    }
  }
  return faults
}

/** By name, and by what the names lead to. */
function overlap(a: string, b: string): boolean {
  const [realA, realB] = [realOf(a), realOf(b)]
  return isWithin(a, b) || isWithin(b, a) || isWithin(realA, realB) || isWithin(realB, realA)
}

function realOf(path: string): string {
  try {
    return path.startsWith('/') ? realpathSync(path) : path
  } catch {
    return path === '/' ? path : join(realOf(dirname(path)), path.slice(dirname(path).length))
  }
}
