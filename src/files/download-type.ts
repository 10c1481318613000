import { type FileTypes, findFileType } from './file-types.ts'

/** What no browser runs, whatever is in it; XML and HTML are not among them. */
const inert = new Set(['text/csv', 'text/plain', 'application/json', 'application/vnd.energyplus.epw'])

/** The type's own where that is harmless wherever the link is opened. */
export function downloadType(types: FileTypes, name: string): string {
  const mimeType = findFileType(types, /[^.]\.([^.]+)$/s.exec(name)?.[1] ?? null)?.mimeType
  return mimeType !== undefined && inert.has(mimeType) ? mimeType : 'application/octet-stream'
}
