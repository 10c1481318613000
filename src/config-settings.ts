import { isAbsolute, join, resolve } from 'node:path'
import { type FileTypes, readFileTypes, shippedFileTypes } from './files/file-types.ts'
import { messageOf } from './lib/system-error.ts'
import { locationFault, parseAddress } from './storage/location.ts'

/** Where a value was found; `folder` is what a relative path in it is relative to. */
export interface Place {
  source: 'option' | 'variable' | 'file' | 'default'
  /** `--port`, `WAYBILL_PORT`, `/etc/waybill.json line 3 (port)` or `default`. */
  name: string
  folder: string
}

/** Thrown by a setting's `parse`; the message ends a sentence that begins with the value's place. */
export class SettingFault extends Error {}

/** `client` is every command that talks to a server. */
export type SettingReader = 'serve' | 'worker' | 'migrate' | 'client'

export interface Setting<T> {
  /** Its key in a configuration file; null where it may not stand in one. */
  key: string | null
  /** As commander takes it; null where a command line would show it to every user of the machine. */
  flags: string | null
  /** The first that is set counts. */
  variables: readonly string[]
  /** The commands that read it, and so take its option; "waybill doctor" takes every one. */
  readBy: readonly SettingReader[]
  text: string
  defaultText: string
  /** What may be printed of a value; absent where all of it may. */
  mask?: (value: T) => string
  parse: (raw: unknown, place: Place) => T
}

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']
const roots = 'a folder, gs://bucket/prefix or s3://bucket/prefix'

/** Every value that Waybill can be told. The help of the commands and docs/configuration.md follow it. */
export const settings = {
  dataDir: setting({
    key: 'data_dir',
    flags: '--data-dir <dir>',
    variables: ['WAYBILL_DATA_DIR'],
    readBy: ['serve', 'worker', 'migrate', 'client'],
    text: 'where the database, the stored files and the owner token live',
    defaultText: '/var/lib/waybill for root, else waybill in $XDG_DATA_HOME or ~/.local/share',
    parse: path,
  }),
  host: setting({
    key: 'host',
    flags: '--host <host>',
    variables: ['WAYBILL_HOST'],
    readBy: ['serve'],
    text: 'address to listen on',
    defaultText: '127.0.0.1',
    parse: text,
  }),
  port: setting({
    key: 'port',
    flags: '--port <port>',
    variables: ['WAYBILL_PORT'],
    readBy: ['serve'],
    text: 'port to listen on; 0 takes a free one',
    defaultText: '4400',
    parse: integer(0, 65_535),
  }),
  publicUrl: setting({
    key: 'public_url',
    flags: '--public-url <url>',
    variables: ['WAYBILL_PUBLIC_URL'],
    readBy: ['serve'],
    text: 'the address under which clients reach the server, for links: https://host or https://host/path',
    defaultText: 'the host that each request names',
    parse: publicUrl,
  }),
  databaseUrl: setting({
    key: 'database_url',
    flags: null,
    variables: ['WAYBILL_DATABASE_URL', 'DATABASE_URL'],
    readBy: ['serve', 'worker', 'migrate'],
    text: 'the address of a PostgreSQL of your own: postgres://user@host:5432/database',
    defaultText: 'the embedded PostgreSQL, in the data directory',
    mask: maskPassword,
    parse: databaseUrl,
  }),
  store: setting({
    key: 'store',
    flags: '--store <root>',
    variables: ['WAYBILL_STORE'],
    readBy: ['serve', 'worker'],
    text: `the private store for submissions, library files and envelopes: ${roots}`,
    defaultText: 'store in the data directory',
    parse: root,
  }),
  locations: setting({
    key: 'locations',
    flags: '--location <root>',
    variables: ['WAYBILL_LOCATIONS'],
    readBy: ['serve', 'worker'],
    text: `a root that the default org may point at: ${roots}; repeatable`,
    defaultText: 'none beside files in the data directory',
    parse: rootList,
  }),
  logLevel: setting({
    key: 'log_level',
    flags: '--log-level <level>',
    variables: ['WAYBILL_LOG_LEVEL'],
    readBy: ['serve', 'worker', 'migrate'],
    text: `the least that is logged: ${logLevels.join(', ')}`,
    defaultText: 'info',
    parse: oneOf(logLevels),
  }),
  poolSize: setting({
    key: 'pool_size',
    flags: '--pool-size <count>',
    variables: ['WAYBILL_POOL_SIZE'],
    readBy: ['serve', 'worker'],
    text: 'connections to the database at most',
    defaultText: '20',
    parse: integer(2, 1000),
  }),
  statementTimeoutMs: setting({
    key: 'statement_timeout_ms',
    flags: '--statement-timeout-ms <ms>',
    variables: ['WAYBILL_STATEMENT_TIMEOUT_MS'],
    readBy: ['serve', 'worker'],
    text: 'milliseconds after which a statement of the database is given up',
    defaultText: '60000',
    parse: integer(100, 3_600_000),
  }),
  workerConcurrency: setting({
    key: 'worker_concurrency',
    flags: '--worker-concurrency <count>',
    variables: ['WAYBILL_WORKER_CONCURRENCY'],
    readBy: ['serve', 'worker'],
    text: 'tasks of the queue at a time in this process',
    defaultText: '4',
    parse: integer(1, 500),
  }),
  watchDays: setting({
    key: 'watch_days',
    flags: '--watch-days <days>',
    variables: ['WAYBILL_WATCH_DAYS'],
    readBy: ['serve', 'worker'],
    text: 'days for which an output that is not there, or a file that its store does not tell of, is looked for',
    defaultText: '30',
    parse: integer(0, 3650),
  }),
  bodyLimitMb: setting({
    key: 'body_limit_mb',
    flags: '--body-limit-mb <mb>',
    variables: ['WAYBILL_BODY_LIMIT_MB'],
    readBy: ['serve'],
    text: 'largest JSON body in MB of 1,048,576 bytes; uploads have limits of their own',
    defaultText: '32',
    parse: integer(1, 1024),
  }),
  primaryLimitMb: setting({
    key: 'primary_limit_mb',
    flags: '--primary-limit-mb <mb>',
    variables: ['WAYBILL_PRIMARY_LIMIT_MB'],
    readBy: ['serve'],
    text: 'largest primary file of a submission in MB of 1,048,576 bytes',
    defaultText: '100',
    parse: integer(1, 102_400),
  }),
  auxiliaryFileAllowedTypes: setting({
    key: 'auxiliary_file_allowed_types',
    flags: null,
    variables: ['WAYBILL_AUXILIARY_FILE_ALLOWED_TYPES', 'AUXILIARY_FILE_ALLOWED_TYPES'],
    readBy: ['serve'],
    text: 'types of auxiliary files beside the shipped ones, or other limits for those: a JSON object by extension',
    defaultText: [...shippedFileTypes.keys()].join(', '),
    mask: (types) => [...types.keys()].join(', '),
    parse: fileTypes,
  }),
  url: setting({
    key: 'url',
    flags: '--url <url>',
    variables: ['WAYBILL_URL'],
    readBy: ['client'],
    text: 'the server to talk to',
    defaultText: 'the one that runs on the data directory, else http://127.0.0.1:4400',
    parse: serverUrl,
  }),
  token: setting({
    key: null,
    flags: null,
    variables: ['WAYBILL_TOKEN'],
    readBy: ['client'],
    text: 'the token to show to the server',
    defaultText: 'owner.token in the data directory, for a server on this machine',
    mask: (token) => `${token.slice(0, 6)}…`,
    parse: token,
  }),
  tokenFile: setting({
    key: 'token_file',
    flags: '--token-file <file>',
    variables: ['WAYBILL_TOKEN_FILE'],
    readBy: ['client'],
    text: 'a file with the token to show to the server; WAYBILL_TOKEN can hold the token itself',
    defaultText: 'none',
    parse: path,
  }),
} as const

/** The file that all of this may stand in. It is read first, so it is no setting itself. */
export const configFile = {
  flags: '--config <file>',
  variable: 'WAYBILL_CONFIG',
  text: 'a JSON file with any of these settings',
  defaultText: 'waybill.json in the data directory, if it is there',
}

function setting<T>(definition: Setting<T>): Setting<T> {
  return definition
}

function text(raw: unknown): string {
  if (typeof raw !== 'string') throw new SettingFault(`is ${kindOf(raw)}; give a text`)
  if (/\p{Cc}/u.test(raw)) throw new SettingFault('contains a control character')
  if (raw.trim() === '') throw new SettingFault('is empty')
  return raw.trim()
}

function integer(least: number, most: number) {
  return (raw: unknown, place: Place): number => {
    const written = place.source === 'file' ? raw : text(raw)
    const value = typeof written === 'string' && /^\d{1,15}$/.test(written) ? Number(written) : written
    const readable = place.source === 'file' ? typeof raw === 'number' : typeof value === 'number'
    if (readable && Number.isInteger(value) && Number(value) >= least && Number(value) <= most) {
      return Number(value)
    }
    throw new SettingFault(`is ${quoted(raw)}; give a whole number from ${least} to ${most}`)
  }
}

function oneOf(names: readonly string[]) {
  return (raw: unknown): string => {
    const value = text(raw)
    if (!names.includes(value)) throw new SettingFault(`is ${quoted(raw)}; give one of ${names.join(', ')}`)
    return value
  }
}

function path(raw: unknown, place: Place): string {
  return resolve(place.folder, text(raw))
}

function root(raw: unknown, place: Place): string {
  const written = text(raw)
  const address = written.includes('://') ? written : resolve(place.folder, written)
  const fault = locationFault(address)
  if (fault !== null) throw new SettingFault(`is ${quoted(raw)}, which ${fault}`)
  const parsed = parseAddress(address)
  if (parsed?.kind === 'object' && parsed.scheme !== 'gs' && parsed.scheme !== 's3') {
    throw new SettingFault(`is ${quoted(raw)}; give ${roots}`)
  }
  return address
}

/** An option comes once for each root; a variable holds them all, separated by commas or line ends. */
function rootList(raw: unknown, place: Place): string[] {
  const items = place.source === 'variable' ? text(String(raw).replaceAll('\n', ',')).split(',') : raw
  if (!Array.isArray(items)) throw new SettingFault(`is ${kindOf(raw)}; give a list of texts`)
  const filled = items.filter((item) => place.source !== 'variable' || String(item).trim() !== '')
  return [...new Set(filled.map((item) => root(item, place)))]
}

/** An object in the file, its JSON in a variable. */
function fileTypes(raw: unknown, place: Place): FileTypes {
  let given = raw
  try {
    if (place.source !== 'file') given = JSON.parse(text(raw))
  } catch (error) {
    if (error instanceof SettingFault) throw error
    throw new SettingFault(`is not valid JSON: ${messageOf(error)}`)
  }
  const { types, faults } = readFileTypes(given)
  if (faults.length > 0) throw new SettingFault(faults.join('; it '))
  return types
}

function databaseUrl(raw: unknown): string {
  const written = text(raw)
  const url = URL.canParse(written) ? new URL(written) : undefined
  if (url?.protocol === 'postgres:' || url?.protocol === 'postgresql:') return written
  throw new SettingFault(
    'is not the address of a PostgreSQL (it is not shown, since it may hold a password); write postgres://user@host:5432/database',
  )
}

function publicUrl(raw: unknown): string {
  if (/[?#@]/.test(text(raw))) {
    throw new SettingFault('has more in it than a host and a path; write https://host or https://host/path')
  }
  return serverUrl(raw)
}

function serverUrl(raw: unknown): string {
  const written = text(raw)
  const url = URL.canParse(written) ? new URL(written) : undefined
  if (url === undefined || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new SettingFault(`is ${quoted(raw)}; write http://host:4400 or https://host`)
  }
  if (url.username !== '' || url.password !== '') {
    throw new SettingFault(
      'has a user or a password in it; Waybill is shown a token instead, in WAYBILL_TOKEN',
    )
  }
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`
}

function token(raw: unknown): string {
  const value = text(raw)
  if (/^[\x21-\x7e]+$/.test(value)) return value
  throw new SettingFault('is no token; one looks like wb_… and has no spaces')
}

/** A database's address without the passwords in it. */
export function maskPassword(address: string): string {
  if (!URL.canParse(address)) return '(not shown)'
  const url = new URL(address)
  if (url.password !== '') url.password = '***'
  for (const name of url.searchParams.keys()) {
    if (/password|secret|key/i.test(name)) url.searchParams.set(name, '***')
  }
  return url.href
}

/** As root the system's own place; else where the desktop's rules put data. They ignore a relative path. */
export function defaultDataDir(place: {
  uid: number | undefined
  home: string
  xdgDataHome?: string
}): string {
  if (place.uid === 0) return '/var/lib/waybill'
  const xdg = place.xdgDataHome
  const dataHome = xdg !== undefined && isAbsolute(xdg) ? xdg : join(place.home, '.local', 'share')
  return join(dataHome, 'waybill')
}

function kindOf(raw: unknown): string {
  if (raw === null) return 'null'
  if (Array.isArray(raw)) return 'a list'
  return typeof raw === 'object' ? 'an object' : quoted(raw)
}

function quoted(raw: unknown): string {
  const shown = JSON.stringify(raw) ?? 'nothing'
  return shown.length > 200 ? `${shown.slice(0, 200)}…` : shown
}
