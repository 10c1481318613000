import { nameFault } from '../access/faults.ts'
import type { JsonObject } from '../contract/json.ts'
import { AppError } from '../errors.ts'
import type { Finding } from '../files/checks/catalogue.ts'
import { jsonCheck } from '../files/checks/json-check.ts'
import { withoutHidden } from '../lib/hidden-characters.ts'
import { joinField } from '../lib/join-field.ts'
import { assertStorableJson } from '../lib/json-values.ts'
import { sizeWords } from '../lib/size-words.ts'
import { OverLimit, type SubmissionFault } from './submission-faults.ts'
import type { SubmittedPart } from './submitted-part.ts'

const longestName = 200
const utf8 = new TextDecoder('utf-8', { fatal: true })

/** A small part that is text; undefined where its bytes are not. Throws `OverLimit`. */
export async function readTextPart(
  { name, content }: SubmittedPart,
  limitBytes: number,
): Promise<string | undefined> {
  const chunks: Buffer[] = []
  let sizeBytes = 0
  for await (const chunk of content) {
    sizeBytes += chunk.length
    if (sizeBytes > limitBytes) {
      throw new OverLimit(name, `is over the limit of ${sizeWords(limitBytes)} for a text`)
    }
    chunks.push(chunk)
  }
  try {
    return utf8.decode(Buffer.concat(chunks))
  } catch {
    return undefined
  }
}

/** A field of a form that was left empty is as good as none. */
export function nameFromText(text: string): { name: string | null } | { fault: SubmissionFault } {
  const name = withoutHidden(text).trim()
  if (name === '') return { name: null }
  const isLong = [...name].length > longestName
  const message = isLong ? `must be at most ${longestName} characters` : nameFault(name)
  return message === null ? { name } : { fault: { code: 'invalid', field: 'name', message } }
}

export function metadataFromText(text: string): { metadata: JsonObject } | { faults: SubmissionFault[] } {
  if (text.trim() === '') return { metadata: {} }
  const fault = (message: string): SubmissionFault => ({ code: 'invalid', field: 'metadata', message })
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return { faults: [fault('is not valid JSON; send a JSON object such as {"project": "north"}')] }
  }
  try {
    assertStorableJson(value, text)
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    const { details } = error
    const inside = details.map(({ field, message }) => ({
      ...fault(message),
      field: field === '' ? 'metadata' : joinField('metadata', field),
    }))
    return { faults: inside.length > 0 ? inside : [fault('is nested too deep')] }
  }
  const twice = keysGivenTwice(text)
  if (twice.length > 0) return { faults: twice.map(({ message }) => fault(message)) }
  if (isObject(value)) return { metadata: value }
  const found = Array.isArray(value) ? 'a list' : JSON.stringify(value).slice(0, 60)
  return { faults: [fault(`must be a JSON object, not ${found}`)] }
}

/** Of which the last alone would be kept. */
function keysGivenTwice(text: string): Finding[] {
  const check = jsonCheck()
  check.push(Buffer.from(text))
  return check.end().filter(({ code }) => code === 'json_duplicate_key')
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
