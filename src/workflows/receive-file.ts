import type { Finding } from '../contract/finding.ts'
import { type ContentInspection, inspectContent } from '../files/check-content.ts'
import type { FileType } from '../files/file-types.ts'
import type { SizeLimit } from '../files/size-limit.ts'
import type { KeptContent } from '../storage/kept-content.ts'
import { OverLimit, type SubmissionFault } from './submission-faults.ts'
import type { SubmittedPart } from './submitted-part.ts'

/** Takes all bytes of a file; null where they are not to be kept. */
export type Keep = (content: AsyncIterable<Buffer>) => Promise<KeptContent | null>

export interface ContentRules {
  /** The type whose checks are made; null where none are. */
  type: FileType | null
  limits: readonly SizeLimit[]
}

export interface ReceivedContent {
  sizeBytes: number
  kept: KeptContent | null
  faults: SubmissionFault[]
  /** What was found and is no reason to refuse the file. */
  findings: Omit<Finding, 'file' | 'step'>[]
}

/** One pass over a part: counted, checked and handed to `keep`. Throws `OverLimit` before a byte past a limit is. */
export async function receiveContent(
  part: SubmittedPart,
  { type, limits }: ContentRules,
  keep: Keep,
): Promise<ReceivedContent> {
  const inspection = type === null ? null : inspectContent(type)
  const meter = { sizeBytes: 0 }
  const kept = await keep(admitted(part, { inspection, limits, meter }))
  const found = inspection?.end() ?? []
  return {
    sizeBytes: meter.sizeBytes,
    kept,
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
  limits: readonly SizeLimit[]
  meter: { sizeBytes: number }
}

/** Not a stream of its own between others, which would read ahead and so wait for a client that has stopped. */
async function* admitted(
  { name, content }: SubmittedPart,
  { inspection, limits, meter }: Admission,
): AsyncGenerator<Buffer> {
  for await (const chunk of content) {
    const over = limits.find(({ leftBytes }) => chunk.length > leftBytes)
    if (over !== undefined) throw new OverLimit(name, over.message)
    for (const limit of limits) limit.leftBytes -= chunk.length
    meter.sizeBytes += chunk.length
    inspection?.push(chunk)
    yield chunk
  }
}

/** Reads to the end and keeps nothing. */
export const passOver: Keep = async (content) => {
  for await (const _ of content) {
    // Only counted and checked.
  }
  return null
}
