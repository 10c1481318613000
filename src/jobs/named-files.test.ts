import { expect, test } from 'vitest'
import type { JobInput } from '../contract/job.ts'
import type { AppError } from '../errors.ts'
import { namedFiles } from './named-files.ts'

const job = { description: '', project_name: 'p', olga_version: '7.3.5' }

function withAuxFiles(count: number, path: (index: number) => string): JobInput {
  const aux_files = Array.from({ length: count }, (_, index) => ({ file_name: 'a', path: path(index) }))
  return { job, casefiles: [{ file_name: 'c', path: '/c', aux_files }] }
}

test('a job names up to 100,000 files', () => {
  expect(namedFiles(withAuxFiles(99_999, (index) => `/a/${index}`)).files).toHaveLength(100_000)
  expect(() => namedFiles(withAuxFiles(100_000, (index) => `/a/${index}`))).toThrow(
    expect.objectContaining<Partial<AppError>>({ code: 'too_large' }),
  )
})

test('of very many faults about a thousand are looked for', () => {
  const { faults } = namedFiles(withAuxFiles(50_000, () => 'relative'))
  expect(faults.length).toBeGreaterThanOrEqual(1000)
  expect(faults.length).toBeLessThan(1010)
})
