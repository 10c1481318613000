import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { bytesPerMb, shippedFileTypes } from '../file-types.ts'
import { catalogue } from './catalogue.ts'

const page = readFileSync(new URL('../../../docs/file-types.md', import.meta.url), 'utf8')

describe('docs/file-types.md', () => {
  it('lists exactly the findings of the catalogue, with their severity and meaning', () => {
    const rows = [...page.matchAll(/^\| `(\w+)` \| (error|warning|info) \| (.+) \|$/gm)].map(
      ([, ...row]) => row,
    )
    expect(rows).toEqual(
      Object.entries(catalogue).map(([code, { severity, meaning }]) => [code, severity, meaning]),
    )
  })

  it('lists exactly the shipped types, with their MIME types and limits', () => {
    const rows = [...page.matchAll(/^\| `(\w+)` \| `([\w/.+-]+)` \| (\d+) MB \|/gm)].map(([, ...row]) => row)
    const types = [...shippedFileTypes.values()]
    expect(rows).toEqual(
      types.map((type) => [type.extension, type.mimeType, `${type.maxSizeBytes / bytesPerMb}`]),
    )
  })
})
