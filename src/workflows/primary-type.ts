import type { UploadName } from '../files/upload-name.ts'
import { orList } from '../lib/english.ts'
import { mediaTypeOf } from '../lib/media-type.ts'

type PrimaryType = { type: string | null } | { fault: string }

/** What programs call the formats that a file without a name may be known by. */
const formats: Readonly<Record<string, string>> = {
  'application/json': 'json',
  'text/json': 'json',
  'application/xml': 'xml',
  'text/xml': 'xml',
  'text/csv': 'csv',
}

/** Of a primary file with a name: its extension, which is among `allowed` where the workflow names any. */
export function namedPrimaryType(
  { original, extension }: UploadName,
  allowed: readonly string[],
): PrimaryType {
  // A type may have dots of its own: tar.gz.
  const lower = original.toLowerCase()
  const type = allowed.find((one) => lower.endsWith(`.${one}`) && lower.length > one.length + 1)
  if (type !== undefined) return { type }
  if (allowed.length === 0) return { type: extension }
  const found = extension === null ? 'has no extension' : `has the extension ${extension}`
  return { fault: `${JSON.stringify(original)} ${found}; this workflow takes ${orList(allowed)}` }
}

/**
 * Of one without a name: what its Content-Type says. A format that others are written in (epjson is JSON) stands for
 * those too. A type that says nothing is taken as it is, for the first step to judge.
 */
export function unnamedPrimaryType(contentType: string | null, allowed: readonly string[]): PrimaryType {
  const format = formats[mediaTypeOf(contentType ?? '') ?? '']
  if (format === undefined) return { type: allowed.length === 1 ? (allowed[0] ?? null) : null }
  if (allowed.length === 0) return { type: format }
  const type = allowed.find((one) => one === format) ?? allowed.find((one) => one.endsWith(format))
  if (type !== undefined) return { type }
  return {
    fault: `comes without a file name as ${format}; this workflow takes ${orList(allowed)}, so send it with its file name`,
  }
}
