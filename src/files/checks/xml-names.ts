import { quoteContent } from './check.ts'

/** Names are kept as one character a byte, which is cheap to take and to compare; people see them decoded. */
export function shownName(latin1: string): string {
  return quoteContent(Buffer.from(latin1, 'latin1').toString('utf8'))
}

const ownEntities = new Set(['amp', 'lt', 'gt', 'apos', 'quot'])

/** Whether `name` (between `&` and `;`) is one of XML's five. */
export function isOwnEntity(name: string): boolean {
  return ownEntities.has(name)
}

/** The number in `#10` or `#xA`, where `name` refers to a character by its number. */
export function referredCharacter(name: string): number | undefined {
  const [, hex, decimal] = /^#(?:x([0-9A-Fa-f]+)|([0-9]+))$/.exec(name) ?? []
  if (hex !== undefined) return Number.parseInt(hex, 16)
  return decimal === undefined ? undefined : Number.parseInt(decimal, 10)
}

export function mayBeInXml(code: number): boolean {
  if (code < 0x20) return code === 0x09 || code === 0x0a || code === 0x0d
  return code <= 0xd7ff || (code >= 0xe000 && code <= 0xfffd) || (code >= 0x10000 && code <= 0x10ffff)
}

const declaration =
  /^\s+version\s*=\s*(?:"1\.\d+"|'1\.\d+')(?:\s+encoding\s*=\s*(?:"([A-Za-z][\w.-]*)"|'([A-Za-z][\w.-]*)'))?(?:\s+standalone\s*=\s*(?:"(?:yes|no)"|'(?:yes|no)'))?\s*$/

/** The encoding that an XML declaration names, null where it names none; undefined where it is no XML declaration. */
export function declaredEncoding(body: string): string | null | undefined {
  const match = declaration.exec(body)
  return match === null ? undefined : (match[1] ?? match[2] ?? null)
}
