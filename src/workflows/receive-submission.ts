import type { Finding } from '../contract/finding.ts'
import type { JsonObject } from '../contract/json.ts'
import type { Slot } from '../contract/workflow.ts'
import type { FileTypes } from '../files/file-types.ts'
import {
  fileSizeLimit,
  primarySizeLimit,
  type SizeLimit,
  slotSizeLimit,
  submissionSizeLimit,
} from '../files/size-limit.ts'
import type { KeptContent } from '../storage/kept-content.ts'
import { admitAuxiliary, admitPrimary, type FileAdmission } from './admit-file.ts'
import { type Keep, passOver, receiveContent } from './receive-file.ts'
import { sentFormat } from './submission-content.ts'
import { OverLimit, type SubmissionFault } from './submission-faults.ts'
import { metadataFromText, nameFromText, readTextPart } from './submission-text.ts'
import {
  isLeftEmpty,
  type SubmissionLimits,
  type SubmittedPart,
  type SubmittedParts,
} from './submitted-part.ts'
import type { WorkflowDefinition } from './workflow.table.ts'

export interface ReceivedFile {
  /** Null for the primary file. */
  slot: string | null
  originalName: string
  /** What stands for its name where the submission is compared with another. */
  sentName: string
  storedName: string
  fileType: string | null
  /** Null where nothing is kept: of a check, and after a fault. */
  kept: KeptContent | null
}

export interface Received {
  files: ReceivedFile[]
  /** Slots for which something came, whether or not it can be taken. */
  given: Set<string>
  name: string | null
  metadata: JsonObject
  findings: Finding[]
  faults: SubmissionFault[]
  /** False where a limit ended it: what is missing may have been about to come. */
  isWhole: boolean
}

interface Rules {
  definition: WorkflowDefinition
  fileTypes: FileTypes
  limits: SubmissionLimits
}

type Taken = Received & { rules: Rules; keep: Keep; seen: Set<string>; budget: SizeLimit }

/**
 * Reads all parts in whatever order they come, and collects every fault; what is over a limit ends it at once. From the
 * first fault on nothing more is kept.
 */
export async function receiveSubmission(parts: SubmittedParts, rules: Rules, keep: Keep): Promise<Received> {
  const taken: Taken = {
    files: [],
    given: new Set(),
    name: null,
    metadata: {},
    findings: [],
    faults: [],
    isWhole: true,
    rules,
    keep: (content) => (taken.faults.length === 0 ? keep(content) : passOver(content)),
    seen: new Set(),
    budget: submissionSizeLimit(rules.limits.auxiliaryBytes),
  }
  try {
    for await (const part of parts) await takePart(taken, part)
  } catch (error) {
    if (!(error instanceof OverLimit)) throw error
    taken.faults.push(error.fault)
    return { ...taken, isWhole: false }
  }
  if (!taken.seen.has('payload')) {
    const message = 'is required: send the primary file as the part payload or file'
    taken.faults.push({ code: 'invalid', field: 'payload', message })
  }
  return taken
}

async function takePart(taken: Taken, part: SubmittedPart): Promise<void> {
  const { rules, seen } = taken
  const isPrimary = part.name === 'payload' || part.name === 'file'
  const place = isPrimary ? 'payload' : part.name
  const twice = isPrimary ? 'is a second primary file; a submission has one' : 'is given twice; give it once'
  const isText = part.name === 'name' || part.name === 'metadata'
  if (seen.has(place)) return await refusePart(taken, part, { message: twice, mayBeLeftEmpty: !isText })
  if (isText) {
    seen.add(place)
    return await takeText(taken, part)
  }
  if (isPrimary) return await takePrimary(taken, part)
  const slot = rules.definition.auxiliary_file_slots.find(({ slug }) => part.name === `aux_${slug}`)
  if (slot === undefined) {
    return await refusePart(taken, part, { message: unknownPart(part.name, rules.definition) })
  }
  return await takeAuxiliary(taken, part, slot)
}

async function takeText(taken: Taken, part: SubmittedPart): Promise<void> {
  const text = await readTextPart(part, taken.rules.limits.textBytes)
  if (text === undefined) {
    taken.faults.push({ code: 'invalid', field: part.name, message: 'is not valid UTF-8' })
  } else if (part.name === 'name') {
    const read = nameFromText(text)
    if ('name' in read) taken.name = read.name
    else taken.faults.push(read.fault)
  } else {
    const read = metadataFromText(text)
    if ('metadata' in read) taken.metadata = read.metadata
    else taken.faults.push(...read.faults)
  }
}

async function takePrimary(taken: Taken, part: SubmittedPart): Promise<void> {
  const { definition, limits } = taken.rules
  const admission = admitPrimary(part, definition.primary_file_types)
  const ofPrimary = [primarySizeLimit(limits.primaryBytes)]
  const sizeBytes = await takeFile(taken, part, { admission, slot: null, limits: ofPrimary })
  if (sizeBytes === null) return
  taken.seen.add('payload')
  if (sizeBytes > 0) return
  taken.faults.push({ code: 'invalid', field: part.name, message: 'is empty; a file with content is needed' })
}

async function takeAuxiliary(taken: Taken, part: SubmittedPart, slot: Slot): Promise<void> {
  const admission = admitAuxiliary(part, slot, taken.rules.fileTypes)
  const { max_size_bytes: leftBytes, slug } = slot
  const ofSlot = admission.type === null ? slotSizeLimit(leftBytes) : fileSizeLimit(admission.type, leftBytes)
  const limits = [ofSlot, taken.budget]
  if ((await takeFile(taken, part, { admission, slot: slug, limits })) === null) return
  taken.seen.add(part.name)
  taken.given.add(slug)
}

interface Taking {
  admission: FileAdmission
  slot: string | null
  limits: readonly SizeLimit[]
}

/** Its size; null for a field that was left empty. */
async function takeFile(
  taken: Taken,
  part: SubmittedPart,
  { admission, slot, limits }: Taking,
): Promise<number | null> {
  const { name, type, fileType, faults } = admission
  const take = (kept: KeptContent | null) => {
    taken.faults.push(...faults)
    if (name === null) return
    const { original: originalName, stored: storedName } = name
    const sentName = part.fileName === null ? sentFormat(part) : originalName
    taken.files.push({ slot, originalName, sentName, storedName, fileType, kept })
  }
  const keep = faults.length === 0 ? taken.keep : passOver
  const receiving = receiveContent(part, { type, limits }, keep)
  const received = await receiving.catch((error: unknown) => {
    // What its head says of it is told also where it is too large.
    if (error instanceof OverLimit) take(null)
    throw error
  })
  if (isLeftEmpty(part, received.sizeBytes)) return null
  take(received.kept)
  taken.faults.push(...received.faults)
  taken.findings.push(
    ...received.findings.map((one) => ({ ...one, file: name?.original ?? null, step: null })),
  )
  return received.sizeBytes
}

/** What it brings counts, so that nobody sends without end what is not wanted. */
async function refusePart(
  taken: Taken,
  part: SubmittedPart,
  { message, mayBeLeftEmpty = false }: { message: string; mayBeLeftEmpty?: boolean },
): Promise<void> {
  let isNothing = false
  try {
    const { sizeBytes } = await receiveContent(part, { type: null, limits: [taken.budget] }, passOver)
    isNothing = mayBeLeftEmpty && isLeftEmpty(part, sizeBytes)
  } finally {
    if (!isNothing) taken.faults.push({ code: 'invalid', field: part.name, message })
  }
}

function unknownPart(name: string, { auxiliary_file_slots: slots }: WorkflowDefinition): string {
  const fields = slots.map(({ slug }) => `aux_${slug}`)
  if (!name.startsWith('aux_')) {
    return `is no part of a submission; there are ${['payload', 'file', 'name', 'metadata', ...fields].join(', ')}`
  }
  const known = fields.length === 0 ? 'it has none' : `there are ${fields.join(', ')}`
  return `names no slot of this workflow; ${known}`
}
