/** An absolute address in two: what no `..` leads out of, and the rest. */
interface Rooted {
  root: string
  rest: string
}

const rootPatterns = [
  /^[A-Za-z][A-Za-z0-9+.-]*:\/\/[^/]+\//u,
  /^[A-Za-z]:[\\/]/u,
  /^\\\\[^\\/]+[\\/][^\\/]+[\\/]/u,
  /^\//u,
]

/**
 * The address that a case means with a reference: an absolute one itself, any other from the folder of the case, where `\`
 * and `/` both separate. Null where it can mean none, since it leads above what its root is or names a folder at most.
 */
export function resolveReference(casePath: string, reference: string): string | null {
  const absolute = rootedOf(reference)
  if (absolute !== null) return join(absolute, [], absolute.rest)
  const ofCase = rootedOf(casePath)
  if (ofCase === null || /^[A-Za-z]:|^\\\\/u.test(reference)) return null
  const folder = segmentsOf(ofCase, ofCase.rest).slice(0, -1)
  return join(ofCase, reference.startsWith('\\') ? [] : folder, reference.replaceAll('\\', '/'))
}

function rootedOf(path: string): Rooted | null {
  for (const pattern of rootPatterns) {
    const root = pattern.exec(path)?.[0]
    if (root !== undefined) return { root, rest: path.slice(root.length) }
  }
  return null
}

function isWindows({ root }: Rooted): boolean {
  return root.startsWith('\\\\') || /^[A-Za-z]:[\\/]$/u.test(root)
}

function segmentsOf(rooted: Rooted, path: string): string[] {
  return path.split(isWindows(rooted) ? /[\\/]/u : '/')
}

function join(rooted: Rooted, folder: readonly string[], path: string): string | null {
  const segments = [...folder]
  for (const segment of segmentsOf(rooted, path)) {
    if (segment === '..') {
      if (segments.pop() === undefined) return null
    } else if (segment !== '' && segment !== '.') segments.push(segment)
  }
  if (segments.length === 0) return null
  return rooted.root + segments.join(isWindows(rooted) ? '\\' : '/')
}
