import { type ErrorDetail, maxFaults } from '../errors.ts'
import { createFaultFinder } from './named-files.ts'

/**
 * What is wrong with the names and paths in a body of any shape, so that it is told beside what its schema finds. The
 * service finds the same by itself.
 */
export function bodyFaults(body: unknown): ErrorDetail[] {
  const faultsOf = createFaultFinder()
  const details: ErrorDetail[] = []
  const look = (file: unknown, field: string) => {
    if (details.length >= maxFaults || !isNamed(file)) return
    details.push(...faultsOf(file, () => ({ field, sentence: '' })))
  }
  for (const [index, casefile] of listOf(body, 'casefiles').entries()) {
    look(casefile, `casefiles[${index}]`)
    for (const [position, aux] of listOf(casefile, 'aux_files').entries()) {
      look(aux, `casefiles[${index}].aux_files[${position}]`)
    }
  }
  return details.map(({ field, message }) => ({ field, message }))
}

function listOf(value: unknown, key: string): unknown[] {
  const list = typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined
  return Array.isArray(list) ? list : []
}

function isNamed(file: unknown): file is { file_name: string; path: string } {
  if (typeof file !== 'object' || file === null) return false
  return typeof Reflect.get(file, 'file_name') === 'string' && typeof Reflect.get(file, 'path') === 'string'
}
