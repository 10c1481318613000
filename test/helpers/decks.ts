import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { CaseReference } from '../../src/jobs/references/reference-scanner.ts'

/** Cases and tables written for these tests, and in `expected.json` what is to be found in each. */
export const decksFolder = fileURLToPath(new URL('../decks/', import.meta.url))

interface Expected {
  /** `references` are `line:column KEYWORD.KEY text`, `fluids` are `line label`, `remarks` are `line code`. */
  decks: Record<string, { references: string[]; fluids: string[]; remarks: string[] }>
  /** `fault` is `line message`. */
  tables: Record<string, { labels: string[] | null; fault: string | null }>
}

export const expected: Expected = JSON.parse(readFileSync(join(decksFolder, 'expected.json'), 'utf8'))

export function readDeck(name: string): Buffer {
  return readFileSync(join(decksFolder, name))
}

/** As `expected.json` writes it. */
export function referenceLine({ line, column, keyword, key, reference }: CaseReference): string {
  return `${line}:${column} ${keyword}.${key} ${reference}`
}

/** The bytes in pieces of at most `size`. */
export async function* inPieces(bytes: Uint8Array, size = 65_536): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size)
}
