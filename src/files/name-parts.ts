export interface NameParts {
  basename: string
  dirname: string
  nameroot: string
  nameext: string | null
}

const compressionSuffixes = new Set(['.gz', '.bgz', '.bz2', '.xz', '.zst', '.lz4'])

/** Splits a full address (bucket, POSIX, Windows or UNC); an ending slash names the directory itself. */
export function nameParts(path: string): NameParts {
  const separators = /^(?:[A-Za-z]:[\\/]|\\\\)/.test(path) ? ['\\', '/'] : ['/']
  const isSeparator = (index: number) => separators.includes(path.charAt(index))
  let end = path.length
  while (end > 1 && isSeparator(end - 1)) end -= 1
  let cut = end
  while (cut > 0 && !isSeparator(cut - 1)) cut -= 1
  const basename = path.slice(cut, end)
  return { basename, dirname: path.slice(0, cut - 1) || path.slice(0, cut), ...rootAndExtension(basename) }
}

/** The extension is the last dot's and, before a compression suffix, the one before it as well. */
function rootAndExtension(basename: string): Pick<NameParts, 'nameroot' | 'nameext'> {
  const leadingDots = basename.length - basename.replace(/^\.+/, '').length
  const lastDotBefore = (end: number) => {
    const dot = basename.lastIndexOf('.', end - 1)
    return end > 0 && dot >= leadingDots && dot > 0 ? dot : -1
  }
  const last = lastDotBefore(basename.length)
  if (last === -1) return { nameroot: basename, nameext: null }
  const earlier = compressionSuffixes.has(basename.slice(last).toLowerCase()) ? lastDotBefore(last) : -1
  const cut = earlier === -1 ? last : earlier
  return { nameroot: basename.slice(0, cut), nameext: basename.slice(cut) }
}
