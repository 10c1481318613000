import { sizeWords } from '../lib/size-words.ts'
import type { FileType } from './file-types.ts'

/** Bytes that may still come. One that several files share is a budget: what one takes, the others have not. */
export interface SizeLimit {
  leftBytes: number
  /** Ends a sentence that begins with the upload's field: `is over the limit of 10 MB (10,485,760 bytes) for files of type csv`. */
  message: string
}

export function slotSizeLimit(maxBytes: number): SizeLimit {
  return { leftBytes: maxBytes, message: `is over the slot's limit of ${sizeWords(maxBytes)}` }
}

/** The lesser of a slot's limit and the type's own. */
export function fileSizeLimit(type: FileType, slotMaxBytes: number): SizeLimit {
  if (slotMaxBytes < type.maxSizeBytes) {
    return slotSizeLimit(slotMaxBytes)
  }
  const limit = sizeWords(type.maxSizeBytes)
  return {
    leftBytes: type.maxSizeBytes,
    message: `is over the limit of ${limit} for files of type ${type.extension}`,
  }
}

export function primarySizeLimit(maxBytes: number): SizeLimit {
  return { leftBytes: maxBytes, message: `is over the limit of ${sizeWords(maxBytes)} for a primary file` }
}

/** Of all files of a submission together. */
export function submissionSizeLimit(maxBytes: number): SizeLimit {
  return { leftBytes: maxBytes, message: `brings the submission over its limit of ${sizeWords(maxBytes)}` }
}
