import { AppError } from '../../errors.ts'

/** What the head of a part says. */
export interface PartHead {
  name: string
  /** As the client sent it; null where the part has none. */
  fileName: string | null
  contentType: string | null
}

/** Reads the lines between a boundary and a part's content. Throws `malformed_request`, naming the part by its place from 1. */
export function parsePartHead(head: Buffer, place: number): PartHead {
  const fault = (message: string) => new AppError('malformed_request', `Part ${place} of the body ${message}`)
  const fields = new Map<string, string>()
  for (const line of unfold(textOf(head))) {
    const colon = line.indexOf(':')
    if (colon <= 0) throw fault(`has a line in its head that is no header: "${shorten(line)}"`)
    const field = line.slice(0, colon).trim().toLowerCase()
    if (fields.has(field)) throw fault(`has the header ${field} twice`)
    fields.set(field, line.slice(colon + 1).trim())
  }
  const encoding = fields.get('content-transfer-encoding')?.toLowerCase() ?? 'binary'
  if (!['binary', '7bit', '8bit'].includes(encoding)) {
    throw fault(`is encoded as ${encoding}; send its bytes as they are`)
  }
  const disposition = fields.get('content-disposition')
  if (disposition === undefined) throw fault('has no Content-Disposition')
  const [kind, parameters] = parseParameters(disposition)
  if (kind !== 'form-data') throw fault(`is "${shorten(kind)}", and only form-data is read here`)
  const name = parameters.get('name')
  if (name === undefined) throw fault('has no name')
  const extended = parameters.get('filename*')
  const fileName = extendedName(extended) ?? parameters.get('filename') ?? null
  if (extended !== undefined && fileName === null) {
    throw fault(`has a file name that cannot be read: "${shorten(extended)}"; send it as UTF-8''…`)
  }
  return {
    name,
    fileName,
    contentType: fields.get('content-type') ?? null,
  }
}

/** Browsers and curl send names in UTF-8; what is not is read byte by byte. */
function textOf(head: Buffer): string {
  const text = head.toString('utf8')
  return text.includes('�') && !head.includes('�') ? head.toString('latin1') : text
}

/** A header may go on in the next line, which then begins with a blank. */
function unfold(text: string): string[] {
  const lines: string[] = []
  for (const line of text.split('\r\n')) {
    const last = lines.length - 1
    if (last >= 0 && /^[ \t]/.test(line)) lines[last] += line
    else if (line !== '') lines.push(line)
  }
  return lines
}

/**
 * `form-data; name="a"; filename="b"`. In quotes `\"` is a quote, as curl writes it, and any other backslash itself,
 * as in the paths of Windows; browsers write a quote as %22 and a line's end as %0D%0A.
 */
function parseParameters(header: string): [string, Map<string, string>] {
  const end = header.indexOf(';')
  const kind = (end === -1 ? header : header.slice(0, end)).trim().toLowerCase()
  const parameters = new Map<string, string>()
  let at = end === -1 ? header.length : end + 1
  while (at < header.length) {
    const equals = header.indexOf('=', at)
    if (equals === -1) break
    const key = header.slice(at, equals).replaceAll(';', '').trim().toLowerCase()
    const [value, next] = readValue(header, equals + 1)
    if (!parameters.has(key)) parameters.set(key, value)
    at = next
  }
  return [kind, parameters]
}

function readValue(header: string, from: number): [string, number] {
  let at = from
  while (header[at] === ' ' || header[at] === '\t') at += 1
  if (header[at] !== '"') {
    const end = header.indexOf(';', at)
    const stop = end === -1 ? header.length : end
    return [header.slice(at, stop).trim(), stop + 1]
  }
  let value = ''
  for (at += 1; at < header.length && header[at] !== '"'; at += 1) {
    if (header[at] === '\\' && header[at + 1] === '"') at += 1
    value += header[at]
  }
  return [value.replace(/%(22|0D|0A)/gi, (code) => decodeURIComponent(code)), at + 1]
}

/** RFC 5987: `UTF-8''n%C3%A4me`, or the same in ISO-8859-1. Undefined where it is not there or cannot be read. */
function extendedName(value: string | undefined): string | undefined {
  const [charset, , encoded] = value?.split("'") ?? []
  if (encoded === undefined) return undefined
  if (charset?.toLowerCase() === 'iso-8859-1') {
    return encoded.replace(/%([0-9A-F]{2})/gi, (_, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    )
  }
  if (charset?.toLowerCase() !== 'utf-8') return undefined
  try {
    return decodeURIComponent(encoded)
  } catch {
    return undefined
  }
}

function shorten(text: string): string {
  return text.length > 80 ? `${text.slice(0, 80)}…` : text
}
