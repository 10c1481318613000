import { AppError, errorOfFaults, type Fault } from '../errors.ts'
import { joinField } from './join-field.ts'

/** Validators and serializers call themselves for each level; a hostile body must not run out of stack there. */
const maxDepth = 200
const maxFaults = 100

/** Bytes that are valid UTF-8 hold NUL and half surrogate pairs only as escapes, so one look at the text is enough. */
const suspiciousEscape = /\\u(?:0000|d[89a-f])/i

/**
 * Refuses what JSON can say and a database or JavaScript cannot hold: nesting without end, NUL, half a
 * surrogate pair, a number that is infinite or would be rounded, and the name `__proto__`.
 */
export function assertStorableJson(root: unknown, text: string): void {
  const looksAtText = suspiciousEscape.test(text)
  const place: (string | number)[] = []
  const faults: Fault[] = []

  const report = (message: string) => {
    if (faults.length < maxFaults) faults.push({ code: 'invalid', field: fieldAt(place), message })
  }
  const lookAtText = (value: string, what: string) => {
    if (value.includes('\0')) report(`${what} holds the character U+0000, which cannot be stored; remove it`)
    else if (!value.isWellFormed())
      report(`${what} holds half of a surrogate pair, which is not valid Unicode`)
  }
  const lookAtChild = (segment: string | number, child: unknown) => {
    if (typeof child === 'object' ? child === null : typeof child === 'boolean') return
    place.push(segment)
    look(child)
    place.pop()
  }
  const look = (value: unknown) => {
    if (typeof value === 'string') {
      if (looksAtText) lookAtText(value, 'the text')
    } else if (typeof value === 'number') {
      if (!Number.isFinite(value)) report('is a number too large to hold')
      else if (isRounded(value, text)) {
        report('is a whole number of more digits than can be held exactly; send it as a text')
      }
    } else if (Array.isArray(value)) {
      assertDepth(place.length)
      for (let index = 0; index < value.length; index++) lookAtChild(index, value[index])
    } else if (typeof value === 'object' && value !== null) {
      assertDepth(place.length)
      const fields = value as Record<string, unknown>
      for (const key of Object.keys(fields)) {
        if (looksAtText) lookAtText(key, 'the name of a field')
        if (key === '__proto__') {
          place.push(key)
          report('is a name that no field can have; give it another')
          place.pop()
        }
        lookAtChild(key, fields[key])
      }
    }
  }
  look(root)
  const [first, ...others] = faults
  if (first !== undefined) throw errorOfFaults([first, ...others])
}

/** A whole number beyond 2^53 was rounded unless its digits still stand in the text; one with an exponent says it is rough. */
function isRounded(value: number, text: string): boolean {
  return (
    Number.isInteger(value) &&
    !Number.isSafeInteger(value) &&
    Math.abs(value) < 1e21 &&
    !text.includes(String(value))
  )
}

function assertDepth(depth: number): void {
  if (depth >= maxDepth) {
    throw new AppError('invalid', `The body is nested more than ${maxDepth} levels deep`)
  }
}

/** The place may hold the very characters that are refused; an answer shows them as U+FFFD. */
function fieldAt(place: readonly (string | number)[]): string {
  return place.reduce<string>(joinField, '').toWellFormed().replaceAll('\0', '\uFFFD')
}
