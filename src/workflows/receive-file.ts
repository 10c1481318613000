import { Readable } from 'node:stream'
import type { Finding } from '../contract/finding.ts'
import { type ContentInspection, inspectContent } from '../files/check-content.ts'
import type { FileType } from '../files/file-types.ts'
import { sizeWords } from '../lib/size-words.ts'
import type { WrittenTemporary } from '../storage/store.ts'
import { OverLimit, type SubmissionFault } from './submission-faults.ts'
import type { SubmittedPart } from './submitted-part.ts'

/** Takes all bytes of a file; null where they are not to be kept. */
export type Keep = (content: Readable) => Promise<WrittenTemporary | null>

/** A limit as its message tells it: `over the limit of 20 MB <of>`. */
export interface ByteLimit {
  bytes: number
  of: string
}

/** Counts what several parts bring together. */
export interface SharedLimit extends ByteLimit {
  received: number
}

export interface ContentRules {
  /** The type whose checks are made; null where none are. */
  type: FileType | null
  limits: readonly ByteLimit[]
  shared: SharedLimit | null
}

export interface ReceivedContent {
  sizeBytes: number
  written: WrittenTemporary | null
  faults: SubmissionFault[]
  /** What was found and is no reason to refuse the file. */
  findings: Omit<Finding, 'file' | 'step'>[]
}

/** One pass over a part: counted, checked and handed to `keep`. Throws `OverLimit` before a byte past a limit is. */
export async function receiveContent(
  part: SubmittedPart,
  { type, limits, shared }: ContentRules,
  keep: Keep,
): Promise<ReceivedContent> {
  const inspection = type === null ? null : inspectContent(type)
  const meter = { sizeBytes: 0 }
  const bytes = admitted(part, { inspection, limits, shared, meter })
  const written = await keep(Readable.from(bytes, { objectMode: false }))
  const found = inspection?.end() ?? []
  return {
    sizeBytes: meter.sizeBytes,
    written,
    faults: found
      .filter(({ severity }) => severity === 'error')
      .map(({ message }) => ({ code: 'invalid', field: part.name, message })),
    findings: found
      .filter(({ severity }) => severity !== 'error')
      .map(({ severity, code, message, line }) => ({ severity, code, message, line })),
  }
}

interface Admission {
  inspection: ContentInspection | null
  limits: readonly ByteLimit[]
  shared: SharedLimit | null
  meter: { sizeBytes: number }
}

async function* admitted(
  { name, content }: SubmittedPart,
  { inspection, limits, shared, meter }: Admission,
): AsyncGenerator<Buffer> {
  for await (const chunk of content) {
    meter.sizeBytes += chunk.length
    const passed = limits.find((limit) => meter.sizeBytes > limit.bytes)
    if (passed !== undefined) throw overLimit(name, passed)
    if (shared !== null) {
      shared.received += chunk.length
      if (shared.received > shared.bytes) throw overLimit(name, shared)
    }
    inspection?.push(chunk)
    yield chunk
  }
}

function overLimit(field: string, { bytes, of }: ByteLimit): OverLimit {
  return new OverLimit(field, `is over the limit of ${sizeWords(bytes)} ${of}`)
}

/** Reads to the end and keeps nothing. */
export const passOver: Keep = async (content) => {
  for await (const _ of content) {
    // Only counted and checked.
  }
  return null
}
