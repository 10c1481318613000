import { mediaTypeOf } from '../lib/media-type.ts'
import type { FileType } from './file-types.ts'

/** `application/xml` and `text/xml` are one (RFC 7303), and browsers send the latter. */
const synonyms: Readonly<Record<string, readonly string[]>> = { 'application/xml': ['text/xml'] }

/**
 * What is wrong with the type that an upload declares, as the end of a sentence that begins with its field; null where
 * nothing is. The type's own is allowed, what programs send that know none, plain text for text, and none at all.
 */
export function mimeFault(
  type: FileType,
  declared: string | undefined,
): { code: 'unsupported_type'; message: string } | null {
  if (declared === undefined || declared.trim() === '') return null
  const allowed = [type.mimeType, 'application/octet-stream', ...(type.isText ? ['text/plain'] : [])]
  const mime = mediaTypeOf(declared)
  if (mime !== null && (allowed.includes(mime) || synonyms[type.mimeType]?.includes(mime))) return null
  const shown = JSON.stringify(declared.length > 100 ? `${declared.slice(0, 100)}…` : declared)
  const needed = [...new Set(allowed)].join(', ')
  return {
    code: 'unsupported_type',
    message: `is declared as ${shown}; a file of type ${type.extension} is sent as one of ${needed}, or without a type`,
  }
}
