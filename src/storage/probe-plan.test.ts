import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compareCodePoints } from '../lib/compare-code-points.ts'
import { answersOfPage, endOfFolder, planFolders, planRanges, sharedFolder } from './probe-plan.ts'

const facts = { sizeBytes: 1, crc32c: null, generation: null, modifiedAt: null }
const name = fc.string({
  unit: fc.constantFrom('a', 'b', '/', '.', '😀', '\uFFFD'),
  minLength: 1,
  maxLength: 5,
})
const sortedNames = fc
  .uniqueArray(name, { maxLength: 60 })
  .map((all) => all.map((one) => `gs://b/${one}`).sort(compareCodePoints))

describe('ranges', () => {
  it('hold every path once, in order, and none more than a page', () => {
    fc.assert(
      fc.property(sortedNames, fc.integer({ min: 1, max: 50 }), (paths, pageSize) => {
        const ranges = planRanges(paths, pageSize)
        expect(ranges.flat()).toEqual(paths)
        for (const range of ranges) expect(range.length).toBeLessThanOrEqual(pageSize)
      }),
    )
  })

  it('of one folder each hold every path once and in order', () => {
    fc.assert(
      fc.property(sortedNames, fc.integer({ min: 1, max: 50 }), (paths, pageSize) => {
        const ranges = planFolders(paths, pageSize)
        expect(ranges.flat().sort(compareCodePoints)).toEqual(paths)
        for (const range of ranges) {
          expect(range).toEqual(range.toSorted(compareCodePoints))
          expect(new Set(range.map((path) => path.slice(0, path.lastIndexOf('/')))).size).toBe(1)
        }
      }),
    )
  })

  it('lie in the folder that their ends share', () => {
    expect(sharedFolder('gs://b/x/1', 'gs://b/x/2')).toBe('gs://b/x/')
    expect(sharedFolder('gs://b/x/1', 'gs://b/y')).toBe('gs://b/')
    expect(sharedFolder('gs://b/x', 'gs://b/x')).toBe('gs://b/')
    fc.assert(
      fc.property(sortedNames, (paths) => {
        fc.pre(paths.length > 0)
        const folder = sharedFolder(paths[0] ?? '', paths.at(-1) ?? '')
        expect(folder.endsWith('/')).toBe(true)
        for (const path of paths) expect(path.startsWith(folder)).toBe(true)
      }),
    )
  })

  it('skip at least one path where a folder ends', () => {
    fc.assert(
      fc.property(sortedNames, (paths) => {
        for (const i of paths.keys()) expect(endOfFolder(paths, i)).toBeGreaterThan(i)
      }),
    )
  })
})

it('a page answers exactly the paths up to its last file', () => {
  fc.assert(
    fc.property(sortedNames, sortedNames, fc.nat(60), (wanted, there, pageSize) => {
      const files = there.slice(0, pageSize).map((path) => ({ path, facts }))
      const isLast = pageSize >= there.length
      const answers = answersOfPage(wanted, 0, files, isLast, compareCodePoints)
      const last = files.at(-1)?.path
      const covered = wanted.filter(
        (path) => isLast || (last !== undefined && compareCodePoints(path, last) <= 0),
      )
      expect(answers.map((one) => one?.path ?? null)).toEqual(
        covered.map((path) => (there.includes(path) ? path : null)),
      )
    }),
  )
})
