/** Whether a path names a directory that is one item of the ledger: `x.mt`, `x.zarr`, or any ending in a slash. */
export function directoryPath(path: string): boolean {
  return path.endsWith('/') || path.endsWith('.mt') || path.endsWith('.zarr')
}
