import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nameParts } from './name-parts.ts'

const table: [path: string, basename: string, dirname: string, nameroot: string, nameext: string | null][] = [
  ['gs://my-bucket/results/cohort.vcf.gz', 'cohort.vcf.gz', 'gs://my-bucket/results', 'cohort', '.vcf.gz'],
  ['gs://bucket/cohort.vcf.gz.tbi', 'cohort.vcf.gz.tbi', 'gs://bucket', 'cohort.vcf.gz', '.tbi'],
  ['gs://bucket/sample.bam', 'sample.bam', 'gs://bucket', 'sample', '.bam'],
  ['gs://bucket/results/data.mt', 'data.mt', 'gs://bucket/results', 'data', '.mt'],
  ['gs://bucket/results/data.mt/', 'data.mt', 'gs://bucket/results', 'data', '.mt'],
  [
    '/shared/projects/north_sea/pvt_table.tab',
    'pvt_table.tab',
    '/shared/projects/north_sea',
    'pvt_table',
    '.tab',
  ],
  ['/README', 'README', '/', 'README', null],
  ['/a/.bashrc', '.bashrc', '/a', '.bashrc', null],
  ['/a/..odd', '..odd', '/a', '..odd', null],
  ['/a/.hidden.txt', '.hidden.txt', '/a', '.hidden', '.txt'],
  ['/a/x.GZ', 'x.GZ', '/a', 'x', '.GZ'],
  ['/a/x.tar.GZ', 'x.tar.GZ', '/a', 'x', '.tar.GZ'],
  ['/a/x.gz', 'x.gz', '/a', 'x', '.gz'],
  ['/a/.gz', '.gz', '/a', '.gz', null],
  ['/a/.vcf.gz', '.vcf.gz', '/a', '.vcf', '.gz'],
  ['/a/x.', 'x.', '/a', 'x', '.'],
  ['/a/v1.2/x', 'x', '/a/v1.2', 'x', null],
  ['X:\\cases\\a\\fluid.tab', 'fluid.tab', 'X:\\cases\\a', 'fluid', '.tab'],
  ['X:\\fluid.tab', 'fluid.tab', 'X:', 'fluid', '.tab'],
  ['\\\\server\\share\\fluid.tab', 'fluid.tab', '\\\\server\\share', 'fluid', '.tab'],
  ['/a/back\\slash.csv', 'back\\slash.csv', '/a', 'back\\slash', '.csv'],
  ['/a/ünïcode.json', 'ünïcode.json', '/a', 'ünïcode', '.json'],
  ['/a/x.fastq.zst', 'x.fastq.zst', '/a', 'x', '.fastq.zst'],
]

describe('name parts', () => {
  it.each(table)('of %s', (path, basename, dirname, nameroot, nameext) => {
    expect(nameParts(path)).toEqual({ basename, dirname, nameroot, nameext })
  })

  it('put together give the name and the path again', () => {
    const segment = fc.stringMatching(/^[^/\0]{1,20}$/)
    fc.assert(
      fc.property(fc.array(segment, { minLength: 1, maxLength: 5 }), (segments) => {
        const path = `/${segments.join('/')}`
        const parts = nameParts(path)
        expect(parts.nameroot + (parts.nameext ?? '')).toBe(parts.basename)
        expect(`${parts.dirname === '/' ? '' : parts.dirname}/${parts.basename}`).toBe(path)
      }),
    )
  })
})
