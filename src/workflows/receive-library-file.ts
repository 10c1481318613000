import type { Finding } from '../contract/finding.ts'
import { AppError } from '../errors.ts'
import type { FileTypes } from '../files/file-types.ts'
import { mimeFault } from '../files/mime-rule.ts'
import { fileSizeLimit } from '../files/size-limit.ts'
import type { KeptContent } from '../storage/kept-content.ts'
import { type LibraryName, readLibraryName } from './library-name.ts'
import { type Keep, passOver, receiveContent } from './receive-file.ts'
import { OverLimit, refusalOf, type SubmissionFault } from './submission-faults.ts'
import type { SubmittedPart, SubmittedParts } from './submitted-part.ts'

export interface ReceivedLibraryFile extends LibraryName {
  kept: KeptContent
  /** What was found in it and is no reason to refuse it. */
  findings: Finding[]
}

/**
 * Reads the one file that is sent, as a body or as the part `file` of a form, and throws all its faults at once. Nothing
 * is read where the name alone says that it cannot be kept.
 */
export async function receiveLibraryFile(
  givenName: string,
  parts: SubmittedParts,
  fileTypes: FileTypes,
  keep: Keep,
): Promise<ReceivedLibraryFile> {
  const name = readLibraryName(givenName, fileTypes)
  if ('fault' in name) throw refusalOf([name.fault])
  const faults: SubmissionFault[] = []
  const findings: Finding[] = []
  let kept: KeptContent | null = null
  let isGiven = false
  try {
    for await (const part of parts) {
      const misplaced = placeFault(part, isGiven)
      isGiven ||= misplaced === null
      const received = await receivePart(part, name, { misplaced, keep, isSound: faults.length === 0 })
      faults.push(...received.faults)
      findings.push(...received.findings)
      kept ??= received.kept
    }
  } catch (error) {
    if (!(error instanceof OverLimit)) throw error
    faults.push(error.fault)
  }
  if (!isGiven) {
    faults.push({ code: 'invalid', field: 'file', message: 'is missing: send its bytes as the body' })
  }
  const [first, ...others] = faults
  if (first !== undefined) throw refusalOf([first, ...others])
  if (kept === null) throw new AppError('internal', 'A file without a fault was not kept')
  return { ...name, kept, findings }
}

interface ReceivedPart {
  faults: SubmissionFault[]
  findings: Finding[]
  kept: KeptContent | null
}

async function receivePart(
  part: SubmittedPart,
  { name, type }: LibraryName,
  { misplaced, keep, isSound }: { misplaced: string | null; keep: Keep; isSound: boolean },
): Promise<ReceivedPart> {
  const limits = [fileSizeLimit(type, type.maxSizeBytes)]
  if (misplaced !== null) {
    await receiveContent(part, { type: null, limits }, passOver)
    const fault = { code: 'invalid' as const, field: part.name, message: misplaced }
    return { faults: [fault], findings: [], kept: null }
  }
  const mime = mimeFault(type, part.contentType ?? undefined)
  const isKept = isSound && mime === null
  const file = { ...part, name: 'file' }
  const received = await receiveContent(file, { type, limits }, isKept ? keep : passOver)
  return {
    faults: [...(mime === null ? [] : [{ field: 'file', ...mime }]), ...received.faults],
    findings: received.findings.map((one) => ({ ...one, file: name, step: null })),
    kept: received.kept,
  }
}

function placeFault({ name }: SubmittedPart, isGiven: boolean): string | null {
  if (name !== 'file' && name !== 'payload') return 'is no part of an upload to the library; there is file'
  return isGiven ? 'is a second file; send one' : null
}
