import type { Slot } from '../contract/workflow.ts'
import { type FileType, type FileTypes, findFileType } from '../files/file-types.ts'
import { mimeFault } from '../files/mime-rule.ts'
import { readUploadName, type UploadName } from '../files/upload-name.ts'
import { orList } from '../lib/english.ts'
import { namedPrimaryType, unnamedPrimaryType } from './primary-type.ts'
import type { SubmissionFault } from './submission-faults.ts'
import type { PartHead } from './submitted-part.ts'

/** What the head of a part says of its file, before a byte of it is read. */
export interface FileAdmission {
  /** Null where it has no name that could be kept. */
  name: UploadName | null
  /** Whose limit and checks hold for it; null where they are not known. */
  type: FileType | null
  /** Its extension, as a run shows it. */
  fileType: string | null
  faults: SubmissionFault[]
}

/** A file for a slot has a name, an extension that the slot allows, and no MIME type or a fitting one. */
export function admitAuxiliary(
  { name: field, fileName, contentType }: PartHead,
  slot: Slot,
  types: FileTypes,
): FileAdmission {
  const read =
    fileName === null
      ? { fault: `has no file name; send one, as in filename="${slot.slug}.${slot.allowed_file_types[0]}"` }
      : readUploadName(fileName)
  if ('fault' in read) {
    return {
      name: null,
      type: null,
      fileType: null,
      faults: [{ code: 'invalid', field, message: read.fault }],
    }
  }
  const { name } = read
  const type = findFileType(types, name.extension)
  if (type === undefined || !slot.allowed_file_types.includes(type.extension)) {
    const found = name.extension === null ? 'has no extension' : `has the extension ${name.extension}`
    const isAllowed = slot.allowed_file_types.includes(name.extension ?? '')
    const needed = isAllowed
      ? `which the slot "${slot.slug}" allows and this server does not take`
      : `the slot "${slot.slug}" takes ${orList(slot.allowed_file_types)}`
    const message = `${JSON.stringify(name.original)} ${found}${isAllowed ? ',' : ';'} ${needed}`
    return { name, type: null, fileType: null, faults: [{ code: 'unsupported_type', field, message }] }
  }
  const fault = mimeFault(type, contentType ?? undefined)
  return { name, type, fileType: type.extension, faults: fault === null ? [] : [{ field, ...fault }] }
}

/** The primary file is for the steps to judge: its type has to be one that the workflow names, and no more. */
export function admitPrimary(
  { name: field, fileName, contentType }: PartHead,
  allowed: readonly string[],
): FileAdmission {
  const read = fileName === null ? null : readUploadName(fileName)
  if (read !== null && 'fault' in read) {
    return {
      name: null,
      type: null,
      fileType: null,
      faults: [{ code: 'invalid', field, message: read.fault }],
    }
  }
  const found =
    read === null ? unnamedPrimaryType(contentType, allowed) : namedPrimaryType(read.name, allowed)
  if ('fault' in found) {
    const name = read?.name ?? null
    return {
      name,
      type: null,
      fileType: null,
      faults: [{ code: 'unsupported_type', field, message: found.fault }],
    }
  }
  const name = read?.name ?? nameless(found.type)
  return { name, type: null, fileType: found.type, faults: [] }
}

function nameless(type: string | null): UploadName {
  const name = type === null ? 'payload' : `payload.${type}`
  return { original: name, stored: name, extension: type }
}
