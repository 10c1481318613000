import { type FileType, type FileTypes, findFileType } from '../files/file-types.ts'
import { readUploadName } from '../files/upload-name.ts'
import { orList } from '../lib/english.ts'
import type { SubmissionFault } from './submission-faults.ts'

/** The one spelling of a name that people may write in several. */
function normalName(name: string): string {
  return name.normalize('NFKC')
}

/** Under which a name is looked up: it is unique in the org. */
export function libraryKey(orgId: number, name: string): string {
  return `${orgId}/${normalName(name)}`
}

export interface LibraryName {
  name: string
  /** As the last segment of a path. */
  stored: string
  type: FileType
}

/** The name of a file to be kept; unlike that of an upload it is taken as it stands or not at all. */
export function readLibraryName(given: string, types: FileTypes): LibraryName | { fault: SubmissionFault } {
  const read = readUploadName(given)
  if ('fault' in read) return { fault: { code: 'invalid', field: 'name', message: read.fault } }
  const { original, stored, extension } = read.name
  if (original !== normalName(given)) {
    const message = `${JSON.stringify(given.slice(0, 300))} is no plain file name; one such as ${JSON.stringify(original)} is needed`
    return { fault: { code: 'invalid', field: 'name', message } }
  }
  const type = findFileType(types, extension)
  if (type !== undefined) return { name: original, stored, type }
  const found = extension === null ? 'has no extension' : `has the extension ${extension}`
  const message = `${JSON.stringify(original)} ${found}; the library takes ${orList([...types.keys()])}`
  return { fault: { code: 'unsupported_type', field: 'name', message } }
}
