import type { Finding } from './catalogue.ts'

/**
 * One look at a file's content. `push` is called with every piece of it in order, split anywhere, and keeps nothing of
 * the piece; `end` once, after the last. A check stops looking after its first error, or after a bounded number of
 * findings where each stands by itself, and what it finds does not depend on where the content was split.
 */
export interface ContentCheck {
  push(chunk: Buffer): void
  end(): readonly Finding[]
}

/** Texts of the content are shown in messages as JSON writes them, and not at length. */
export function quoteContent(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text)
}

/** A byte at fault as people see it. */
export function shownByte(byte: number): string {
  if (byte === 0x0a || byte === 0x0d) return 'a line end'
  if (byte === 0x20) return 'a space'
  if (byte > 0x20 && byte < 0x7f) return quoteContent(String.fromCharCode(byte))
  return `the byte 0x${byte.toString(16).toUpperCase().padStart(2, '0')}`
}
