import { mediaTypeOf } from '../lib/media-type.ts'

/** The looks at content that know a format; what holds for every file needs no name. */
export type FormatCheck = 'epw' | 'csv' | 'json' | 'xml' | 'dtd'

/** A type of file that an upload may have. */
export interface FileType {
  /** Lower-case, without its dot; it names the type in slots, settings and messages. */
  extension: string
  mimeType: string
  maxSizeBytes: number
  description: string
  /** Whether its content is text, so that known binaries and NUL bytes are refused under its name. */
  isText: boolean
  /** Null where nothing is known of the format: only what holds for every file is looked at. */
  format: FormatCheck | null
}

/** By extension. */
export type FileTypes = ReadonlyMap<string, FileType>

/** MB as every limit here states them. */
export const bytesPerMb = 1_048_576

const shipped: readonly FileType[] = [
  shippedType('epw', 'application/vnd.energyplus.epw', 20, 'EnergyPlus Weather File', 'epw'),
  shippedType('csv', 'text/csv', 10, 'Comma-separated values', 'csv'),
  shippedType('json', 'application/json', 10, 'JSON document', 'json'),
  shippedType('xml', 'application/xml', 10, 'XML document', 'xml'),
  shippedType('xsd', 'application/xml', 10, 'XML Schema', 'xml'),
  shippedType('rng', 'application/xml', 10, 'RELAX NG schema in XML syntax', 'xml'),
  shippedType('dtd', 'application/xml-dtd', 10, 'Document Type Definition', 'dtd'),
]

export const shippedFileTypes: FileTypes = new Map(shipped.map((type) => [type.extension, type]))

/** The type of a file by its extension, in whatever case; undefined where it is not allowed. */
export function findFileType(types: FileTypes, extension: string | null): FileType | undefined {
  return extension === null ? undefined : types.get(extension.toLowerCase())
}

const fields = ['mime_type', 'max_size_mb', 'description']

/**
 * Reads `{"epw": {"mime_type", "max_size_mb", "description"}}` over the shipped types: a known type keeps what is not
 * given, a new one needs its MIME type and its limit. Every fault ends a sentence that names the setting.
 */
export function readFileTypes(raw: unknown): { types: FileTypes; faults: string[] } {
  const types = new Map(shippedFileTypes)
  if (!isObject(raw)) {
    return {
      types,
      faults: ['is no JSON object; give {"idf": {"mime_type": "text/plain", "max_size_mb": 10}}'],
    }
  }
  const faults: string[] = []
  for (const [name, entry] of Object.entries(raw)) {
    const extension = name.toLowerCase()
    const before = types.get(extension)
    const own = entryFaults(name, entry, before !== undefined)
    faults.push(...own)
    if (own.length > 0 || !isObject(entry)) continue
    const { mime_type, max_size_mb, description } = entry
    const mimeType = typeof mime_type === 'string' ? (mediaTypeOf(mime_type) ?? '') : (before?.mimeType ?? '')
    types.set(extension, {
      extension,
      mimeType,
      maxSizeBytes:
        typeof max_size_mb === 'number'
          ? Math.floor(max_size_mb * bytesPerMb)
          : (before?.maxSizeBytes ?? bytesPerMb),
      description: typeof description === 'string' ? description : (before?.description ?? ''),
      isText: before?.isText ?? !isClearlyBinary(mimeType),
      format: before?.format ?? null,
    })
  }
  return { types, faults }
}

function entryFaults(name: string, entry: unknown, isKnown: boolean): string[] {
  const shown = JSON.stringify(name)
  if (!/^[A-Za-z0-9]{1,20}$/.test(name)) {
    return [`names the type ${shown}; give an extension of 1 to 20 letters and digits, without a dot`]
  }
  if (!isObject(entry)) return [`gives no object for ${shown}; give {"mime_type": …, "max_size_mb": …}`]
  const faults = Object.keys(entry)
    .filter((key) => !fields.includes(key))
    .map((key) => `gives ${shown} the field ${JSON.stringify(key)}; it takes ${fields.join(', ')}`)
  const { mime_type, max_size_mb, description } = entry
  const wantsMime = !isKnown || mime_type !== undefined
  if (wantsMime && (typeof mime_type !== 'string' || mediaTypeOf(mime_type) === null)) {
    faults.push(`gives ${shown} the mime_type ${quoted(mime_type)}; give one like "text/plain"`)
  }
  const wantsSize = !isKnown || max_size_mb !== undefined
  const isSize = typeof max_size_mb === 'number' && max_size_mb * bytesPerMb >= 1 && max_size_mb <= 10_240
  if (wantsSize && !isSize) {
    faults.push(`gives ${shown} the max_size_mb ${quoted(max_size_mb)}; give a number above 0, at most 10240`)
  }
  if (description !== undefined && typeof description !== 'string') {
    faults.push(`gives ${shown} the description ${quoted(description)}; give a text`)
  }
  return faults
}

const binaryFamilies = [
  'image/',
  'audio/',
  'video/',
  'font/',
  'application/vnd.openxmlformats-officedocument',
]
const binarySuffixes = ['+zip', '+gzip', '+cbor', '+zstd']
const binaryTypes = new Set(
  [
    'octet-stream zip gzip x-gzip x-tar x-bzip2 x-xz zstd x-7z-compressed x-rar-compressed vnd.rar java-archive',
    'pdf msword vnd.ms-excel x-hdf x-hdf5 netcdf x-netcdf x-matlab-data vnd.sqlite3 x-sqlite3 wasm cbor',
    'x-executable x-sharedlib x-msdownload x-fmu vnd.apache.parquet vnd.apache.arrow.file',
  ]
    .join(' ')
    .split(' ')
    .map((name) => `application/${name}`),
)

/** Most of what this field exchanges is text, whatever its MIME type says; these are not. */
function isClearlyBinary(mimeType: string): boolean {
  if (mimeType === 'image/svg+xml') return false
  return (
    binaryTypes.has(mimeType) ||
    binaryFamilies.some((family) => mimeType.startsWith(family)) ||
    binarySuffixes.some((suffix) => mimeType.endsWith(suffix))
  )
}

function shippedType(
  extension: string,
  mimeType: string,
  maxSizeMb: number,
  description: string,
  format: FormatCheck,
): FileType {
  return { extension, mimeType, maxSizeBytes: maxSizeMb * bytesPerMb, description, isText: true, format }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function quoted(value: unknown): string {
  return (JSON.stringify(value) ?? 'nothing').slice(0, 100)
}
