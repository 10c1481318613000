/** An address taken apart. `segments` are without empty and `.` ones, since the file systems ignore these; a bucket's key is exact. */
export type Address =
  | { kind: 'object'; scheme: string; bucket: string; key: string }
  | { kind: 'posix'; segments: string[]; folder: boolean }
  | { kind: 'windows'; segments: string[]; folder: boolean }

/** A name in the ledger may be longer than any file system takes: there it is absent. Windows takes the longest. */
const longestAddressBytes = 32_768

const controlCharacter = /\p{Cc}/u
const halfOfSurrogatePair = /\p{Surrogate}/u
const schemePattern = /^([A-Za-z][A-Za-z0-9+.-]*):\/\/([^/]*)(?:\/(.*))?$/su
const windowsPattern = /^(?:[A-Za-z]:[\\/]|\\\\[^\\/]+[\\/])/u

/** Why `path` cannot name a file, as the end of a sentence that begins with it; null if it can. */
export function addressFault(path: string): string | null {
  const fault = writingFault(path)
  if (fault !== null) return fault
  const address = takeApart(path)
  if (address === null) return 'is not absolute; write /folder/file, X:\\folder\\file or gs://bucket/file'
  if (address.kind === 'object' && address.key === '') return 'names a bucket, not a file in it'
  if (address.kind !== 'object' && address.segments.length === 0) return 'names a root, not a file in it'
  return null
}

/** Why `root` cannot be a location's root; a whole bucket can. */
export function locationFault(root: string): string | null {
  const fault = writingFault(root)
  if (fault !== null) return fault
  return takeApart(root) === null ? 'is not absolute; write /folder or gs://bucket/folder' : null
}

/** The parts of an address that has no fault, also of a location's root; null for any other. */
export function parseAddress(path: string): Address | null {
  return writingFault(path) === null ? takeApart(path) : null
}

/** The one spelling of an address: scheme in lower case, no empty or `.` segments where these mean nothing. */
export function normalAddress(path: string): string | null {
  const address = parseAddress(path)
  if (address === null) return null
  if (address.kind === 'object') return `${address.scheme}://${address.bucket}/${address.key}`
  const end = address.folder && address.segments.length > 0 ? '/' : ''
  if (address.kind === 'posix') return `/${address.segments.join('/')}${end}`
  const drive = address.segments[0]?.endsWith(':') === true
  return `${drive ? '' : '\\\\'}${address.segments.join('\\')}${end === '' ? '' : '\\'}`
}

/** Whether `path` is `root` or lies below it, by whole segments: `/shared/ab` does not lie in `/shared/a`. */
export function isWithin(root: string, path: string): boolean {
  const outer = parseAddress(root)
  const inner = parseAddress(path)
  return outer !== null && inner !== null && contains(outer, inner)
}

/** `isWithin` for addresses that are taken apart already. */
export function contains(outer: Address, inner: Address): boolean {
  if (outer.kind === 'object') {
    if (inner.kind !== 'object' || outer.scheme !== inner.scheme || outer.bucket !== inner.bucket)
      return false
    const prefix = outer.key.replace(/\/+$/u, '')
    return prefix === '' || inner.key === prefix || inner.key.startsWith(`${prefix}/`)
  }
  if (inner.kind !== outer.kind) return false
  const same = outer.kind === 'windows' ? sameWithoutCase : Object.is
  return outer.segments.every((segment, i) => same(segment, inner.segments[i]))
}

/** The root that covers `path` most closely; null where none does. */
export function coveringRoot(roots: readonly string[], path: string): string | null {
  return createCover(roots)(path)
}

/** `coveringRoot` for many paths: the roots are taken apart once. */
export function createCover(roots: readonly string[]): (path: string) => string | null {
  const parsed = roots.flatMap((root) => {
    const address = parseAddress(root)
    return address === null ? [] : [{ root, address }]
  })
  return (path) => {
    const inner = parseAddress(path)
    if (inner === null) return null
    let closest: (typeof parsed)[number] | null = null
    for (const one of parsed) {
      if (!contains(one.address, inner)) continue
      if (closest === null || contains(closest.address, one.address)) closest = one
    }
    return closest?.root ?? null
  }
}

function writingFault(path: string): string | null {
  if (path === '') return 'is empty'
  if (path.includes('\0')) return 'contains a NUL character'
  if (controlCharacter.test(path)) return 'contains a control character'
  if (halfOfSurrogatePair.test(path)) return 'is not valid Unicode (it has half of a surrogate pair)'
  if (Buffer.byteLength(path) > longestAddressBytes) {
    return `is longer than ${longestAddressBytes} bytes`
  }
  const separators = windowsPattern.test(path) ? /[\\/]/u : /\//u
  return path.split(separators).includes('..') ? 'has a ".." segment' : null
}

function takeApart(path: string): Address | null {
  const object = schemePattern.exec(path)
  if (object !== null) {
    const [, scheme = '', bucket = '', key = ''] = object
    return bucket === '' ? null : { kind: 'object', scheme: scheme.toLowerCase(), bucket, key }
  }
  const windows = windowsPattern.test(path)
  if (!windows && !path.startsWith('/')) return null
  return {
    kind: windows ? 'windows' : 'posix',
    segments: path.split(windows ? /[\\/]/u : '/').filter((segment) => segment !== '' && segment !== '.'),
    folder: path.endsWith('/') || (windows && path.endsWith('\\')),
  }
}

function sameWithoutCase(a: string, b: string | undefined): boolean {
  return b !== undefined && a.toLowerCase() === b.toLowerCase()
}
