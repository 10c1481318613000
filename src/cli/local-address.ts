import { resolve } from 'node:path'

const complete = /^(?:[A-Za-z][A-Za-z0-9+.-]*:\/\/|\/|[A-Za-z]:[\\/]|\\\\)/

/** The address of a file as the server needs it: a relative path is one below the folder that the user stands in. */
export function localAddress(path: string, folder = process.cwd()): string {
  if (complete.test(path)) return path
  // A folder is told by its last slash, which `resolve` takes away.
  return path.endsWith('/') ? `${resolve(folder, path)}/` : resolve(folder, path)
}
