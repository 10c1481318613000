import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { AppError, errorOfFaults, errorTable } from '../../src/errors.ts'

describe('docs/errors.md', () => {
  it('lists exactly the codes of the error table, with their status, exit code and sentence', () => {
    const text = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8')
    const rows = [...text.matchAll(/^\| `(\w+)` \| (\d+) \| (\d+) \| (.+?) \| (.+) \|$/gm)].map(
      ([, code, status, exit, sentence, whatToDo]) => {
        expect(whatToDo?.length, code).toBeGreaterThan(5)
        return [code, { status: Number(status), exit: Number(exit), sentence }]
      },
    )
    expect(Object.fromEntries(rows)).toEqual(errorTable)
  })
})

describe('several faults of one request', () => {
  const invalid = { code: 'invalid', field: 'name', message: 'is required' } as const
  const wrongType = { code: 'unsupported_type', field: 'aux_weather', message: 'must be an epw' } as const
  const tooLarge = { code: 'too_large', field: 'aux_table', message: 'is over the limit of 10 MB' } as const

  it('are one error, whose code is the gravest of 413, 415 and 422', () => {
    expect(errorOfFaults([invalid, wrongType]).code).toBe('unsupported_type')
    expect(errorOfFaults([invalid, wrongType, tooLarge]).code).toBe('too_large')
    expect(errorOfFaults([invalid]).code).toBe('invalid')
  })

  it('are told in their order, and the sentence is the gravest one’s', () => {
    const error = errorOfFaults([invalid, tooLarge])
    expect(error).toBeInstanceOf(AppError)
    expect(error.message).toBe('aux_table is over the limit of 10 MB (and 1 more)')
    expect(error.details).toEqual([
      { field: 'name', message: 'is required' },
      { field: 'aux_table', message: 'is over the limit of 10 MB' },
    ])
  })
})
