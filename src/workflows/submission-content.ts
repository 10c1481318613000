import type { JsonObject } from '../contract/json.ts'
import { AppError } from '../errors.ts'
import { primarySizeLimit, type SizeLimit, submissionSizeLimit } from '../files/size-limit.ts'
import { readUploadName } from '../files/upload-name.ts'
import { compareCodePoints } from '../lib/compare-code-points.ts'
import { createContentHash } from '../lib/content-hash.ts'
import { unnamedPrimaryType } from './primary-type.ts'
import { type Keep, receiveContent } from './receive-file.ts'
import { OverLimit, refusalOf } from './submission-faults.ts'
import { metadataFromText, nameFromText, readTextPart } from './submission-text.ts'
import {
  isLeftEmpty,
  type PartHead,
  type SubmissionLimits,
  type SubmittedPart,
  type SubmittedParts,
} from './submitted-part.ts'

/**
 * What an `Idempotency-Key` of a launch stands for: neither the boundary between the parts nor their order, and nothing
 * that the workflow says of them, which may have changed by the time that the same comes again.
 */
export interface SubmissionContent {
  name: string | null
  metadata: JsonObject
  /** By their slots, the primary file first. */
  files: SentFile[]
}

export type SentFile = [slot: string | null, name: string, sizeBytes: number, sha256: string]

export function contentOf({ name, metadata, files }: SubmissionContent): SubmissionContent {
  return { name, metadata, files: [...files].sort(([a], [b]) => compareCodePoints(a ?? '', b ?? '')) }
}

/** What stands for the name of a file that came without: the format that its Content-Type tells. */
export function sentFormat({ contentType }: Pick<PartHead, 'contentType'>): string {
  const format = unnamedPrimaryType(contentType, [])
  // No name of a file has a slash.
  return `/${('type' in format && format.type) || ''}`
}

/**
 * The content of what is sent once more, whose workflow may no longer be there or take it; nothing is kept. Throws
 * `idempotency_mismatch` for what no submission was ever made of, and `too_large` past the limits that hold for all.
 */
export async function readContentAgain(
  parts: SubmittedParts,
  limits: SubmissionLimits,
): Promise<SubmissionContent> {
  const budget = submissionSizeLimit(limits.auxiliaryBytes)
  const content: SubmissionContent = { name: null, metadata: {}, files: [] }
  const seen = new Set<string>()
  try {
    for await (const part of parts) {
      if (part.name === 'name' || part.name === 'metadata') {
        if (seen.has(part.name)) throw new AppError('idempotency_mismatch')
        seen.add(part.name)
        Object.assign(content, await readText(part, limits.textBytes))
        continue
      }
      const slot = slotOf(part.name)
      const limit = slot === null ? primarySizeLimit(limits.primaryBytes) : budget
      const file = await readFile(part, slot, limit)
      if (file !== null) content.files.push(file)
    }
  } catch (error) {
    throw error instanceof OverLimit ? refusalOf([error.fault]) : error
  }
  return contentOf(content)
}

function slotOf(part: string): string | null {
  if (part === 'payload' || part === 'file') return null
  const slot = /^aux_(.+)$/su.exec(part)?.[1]
  if (slot === undefined) throw new AppError('idempotency_mismatch')
  return slot
}

async function readText(part: SubmittedPart, limitBytes: number): Promise<Partial<SubmissionContent>> {
  const text = (await readTextPart(part, limitBytes)) ?? null
  const read = text === null ? null : part.name === 'name' ? nameFromText(text) : metadataFromText(text)
  if (read === null || 'fault' in read || 'faults' in read) throw new AppError('idempotency_mismatch')
  return read
}

/** Null for a field that was left empty. */
async function readFile(
  part: SubmittedPart,
  slot: string | null,
  limit: SizeLimit,
): Promise<SentFile | null> {
  const hash = createContentHash()
  const hashOnly: Keep = async (content) => {
    for await (const chunk of content) hash.update(chunk)
    return null
  }
  await receiveContent(part, { type: null, limits: [limit] }, hashOnly)
  const { sizeBytes, sha256 } = hash.digest()
  if (isLeftEmpty(part, sizeBytes)) return null
  return [slot, part.fileName === null ? sentFormat(part) : readName(part.fileName), sizeBytes, sha256]
}

function readName(fileName: string): string {
  const read = readUploadName(fileName)
  if ('fault' in read) throw new AppError('idempotency_mismatch')
  return read.name.original
}
