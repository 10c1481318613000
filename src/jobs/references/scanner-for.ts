import { nameParts } from '../../files/name-parts.ts'
import { scanOlga } from './olga-scanner.ts'
import type { ReferenceScanner } from './reference-scanner.ts'

/** A new format of cases needs a scanner, and its extensions here. */
const scanners = new Map<string, ReferenceScanner>(
  ['.genkey', '.key', '.inp', '.geninp', '.olga'].map((extension) => [extension, scanOlga]),
)

/** In the order in which they are told. */
export const scannedExtensions: readonly string[] = [...scanners.keys()]

/** Undefined for a format that nobody can read here. */
export function scannerFor(fileName: string): ReferenceScanner | undefined {
  return scanners.get(nameParts(fileName).nameext?.toLowerCase() ?? '')
}
