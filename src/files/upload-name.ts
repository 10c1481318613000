import { withoutHidden } from '../lib/hidden-characters.ts'

/** The name of an uploaded file, as people see it and as it is stored. */
export interface UploadName {
  /** What people are shown, and the name under which it is downloaded. */
  original: string
  /** Letters, digits, `.`, `-` and `_` only; safe as one segment of any store's path. */
  stored: string
  /** Of the last dot, lower-case, without it; null where there is none. */
  extension: string | null
}

const maxBytes = 255
const maxStoredLength = 120

/** Line ends and NUL with them, and unpaired surrogates. */
const controls = /[\p{Cc}\p{Cs}]/gu

/** `fault` ends a sentence that begins with the upload's field. */
export function readUploadName(raw: string): { name: UploadName } | { fault: string } {
  // Folding first: a full-width slash becomes a slash, which then separates like any other.
  const folded = withoutHidden(raw.normalize('NFKC').replace(controls, ''))
  const original = (folded.split(/[\\/]/).at(-1) ?? '').trim()
  if (original === '') return { fault: 'has no file name; one with letters or digits is needed' }
  if (/^[.\s]+$/.test(original)) {
    return {
      fault: `has the file name ${JSON.stringify(original.slice(0, 60))}; one with letters or digits is needed`,
    }
  }
  const sizeBytes = Buffer.byteLength(original)
  if (sizeBytes > maxBytes) {
    return { fault: `has a file name of ${sizeBytes} bytes; one of at most ${maxBytes} is needed` }
  }
  return { name: { original, stored: storedName(original), extension: extensionOf(original) } }
}

/** A name that is only a dot and letters (`.epw`) is hidden, not typed, as in `nameParts`. */
function extensionOf(name: string): string | null {
  const stem = name.replace(/^\.+/, '')
  const dot = stem.lastIndexOf('.')
  const extension = stem.slice(dot + 1).toLowerCase()
  return dot < 1 || extension === '' ? null : extension
}

function storedName(original: string): string {
  const extension = extensionOf(original)
  const dot = extension === null ? original.length : original.lastIndexOf('.')
  const suffix = safe(original.slice(dot)).slice(0, 21)
  const stem = safe(original.slice(0, dot)).replace(/^[.-]+/, '')
  const filled = /[A-Za-z0-9]/.test(stem) ? stem : 'file'
  const name = `${filled.slice(0, maxStoredLength - suffix.length)}${suffix}`
  return name.replace(/\.{2,}/g, '.').replace(/[.]+$/, '')
}

/** Accents go, their letters stay; everything else that is not plain becomes one `_`. */
function safe(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^A-Za-z0-9._-]+/g, '_')
}
