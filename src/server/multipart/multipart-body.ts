import { AppError } from '../../errors.ts'
import { type PartHead, parsePartHead } from './part-headers.ts'

export interface Part extends PartHead {
  /** To be read before the next part is asked for; what is not read by then is passed over. */
  content: AsyncIterable<Buffer>
}

const maxHeadBytes = 16 * 1024
const maxPreambleBytes = 64 * 1024

/** As long as RFC 2046 lets it be. */
const maxBoundaryLength = 70

/** The text that parts the body. Throws `malformed_request` where the Content-Type names none that may be. */
export function boundaryOf(contentType: string): string {
  const match = /^multipart\/form-data\s*;.*?\bboundary=(?:"([^"]+)"|([^\s;"]+)(?=[\s;]|$))/i.exec(
    contentType,
  )
  const boundary = match?.[1] ?? match?.[2]
  const needed = 'the text between the parts of the form'
  if (boundary === undefined) {
    throw new AppError('malformed_request', `The Content-Type names no boundary, ${needed}`)
  }
  if (boundary.length > maxBoundaryLength) {
    throw new AppError(
      'malformed_request',
      `The Content-Type names a boundary of ${boundary.length} characters; one of at most ${maxBoundaryLength} is needed`,
    )
  }
  return boundary
}

/**
 * The parts of a `multipart/form-data` body in their order, none of them held in memory: a part is read as fast as its
 * reader takes it. Throws `malformed_request` where the body is cut off or not as the standard has it; nothing in it
 * is passed over in silence.
 */
export async function* readMultipart(
  body: AsyncIterable<Buffer>,
  boundary: string,
  maxParts: number,
): AsyncGenerator<Part> {
  const source = createSource(body)
  const delimiter = Buffer.from(`\r\n--${boundary}`)
  await skipPreamble(source, delimiter)
  for (let place = 1; !(await isLast(source, place)); place += 1) {
    if (place > maxParts)
      throw malformed(`has more than ${maxParts} parts, and none beyond them has a meaning here`)
    const head = parsePartHead(await readHead(source, place), place)
    let isOpen = true
    const readOn = async function* () {
      if (!isOpen) return
      if (!(yield* upTo(source, delimiter))) throw malformed(`ends within the part "${head.name}"`)
      isOpen = false
    }
    yield { ...head, content: readOn() }
    for await (const _ of readOn()) {
      // Nobody wants it.
    }
  }
  while (await source.fill()) source.take(source.bytes().length)
}

function malformed(message: string): AppError {
  return new AppError('malformed_request', `The body ${message}`)
}

interface Source {
  /** What was read and not taken yet. */
  bytes(): Buffer
  take(length: number): Buffer
  /** Reads on; false at the end. */
  fill(): Promise<boolean>
}

function createSource(body: AsyncIterable<Buffer>): Source {
  const chunks = body[Symbol.asyncIterator]()
  // As if a line had ended before the body, so that the first boundary is like all others.
  let waiting: Buffer = Buffer.from('\r\n')
  return {
    bytes: () => waiting,
    take(length) {
      const taken = waiting.subarray(0, length)
      waiting = waiting.subarray(length)
      return taken
    },
    async fill() {
      const { done, value } = await chunks.next()
      if (done === true) return false
      waiting = waiting.length === 0 ? value : Buffer.concat([waiting, value])
      return true
    },
  }
}

/** Everything before the delimiter, which is taken too; false where the body ends without it. */
async function* upTo(source: Source, delimiter: Buffer): AsyncGenerator<Buffer, boolean> {
  for (;;) {
    const at = source.bytes().indexOf(delimiter)
    if (at > 0) yield source.take(at)
    if (at >= 0) {
      source.take(delimiter.length)
      return true
    }
    const surely = beginningOf(delimiter, source.bytes())
    if (surely > 0) yield source.take(surely)
    if (!(await source.fill())) return false
  }
}

/**
 * Where a delimiter may begin that the bytes do not hold whole, or their end. What is left waiting is joined with what
 * comes next, and so copied: nearly always that is nothing.
 */
function beginningOf(delimiter: Buffer, bytes: Buffer): number {
  const first = delimiter.subarray(0, 1)
  let at = bytes.indexOf(first, Math.max(0, bytes.length - delimiter.length + 1))
  while (at >= 0 && bytes.compare(delimiter, 0, bytes.length - at, at) !== 0)
    at = bytes.indexOf(first, at + 1)
  return at < 0 ? bytes.length : at
}

async function skipPreamble(source: Source, delimiter: Buffer): Promise<void> {
  const preamble = upTo(source, delimiter)
  let passed = 0
  for (;;) {
    const { done, value } = await preamble.next()
    if (done === true && value) return
    if (done !== true) passed += value.length
    if (done === true || passed > maxPreambleBytes) {
      throw malformed('does not begin with the boundary that its Content-Type names')
    }
  }
}

/** Reads what follows a boundary on its line, but for the line's end where a part begins. */
async function isLast(source: Source, place: number): Promise<boolean> {
  for (;;) {
    const text = source.bytes().toString('latin1', 0, 200)
    const [, padding, end] = /^([ \t]{0,100})(--|\r\n)/.exec(text) ?? []
    if (padding !== undefined && end !== undefined) {
      source.take(padding.length + (end === '--' ? 2 : 0))
      return end === '--'
    }
    if (!/^[ \t]{0,100}[-\r]?$/.test(text)) throw malformed(`has a broken boundary before part ${place}`)
    if (!(await source.fill())) throw malformed(`ends at the boundary before part ${place}`)
  }
}

const endOfHead = Buffer.from('\r\n\r\n')

async function readHead(source: Source, place: number): Promise<Buffer> {
  for (;;) {
    const at = source.bytes().indexOf(endOfHead)
    if (at >= 0 && at <= maxHeadBytes) return source.take(at + endOfHead.length)
    if (source.bytes().length > maxHeadBytes) throw malformed(`has a head of over 16 KB before part ${place}`)
    if (!(await source.fill())) throw malformed(`ends within the head of part ${place}`)
  }
}
