import { expect, test } from 'vitest'
import type { Verdict } from '../../storage/probe.ts'
import { checkReference, indexDeclared } from './check-reference.ts'
import type { Sights } from './sights.ts'

const facts = { sizeBytes: 1, crc32c: null, generation: null, modifiedAt: null }
const presentVerdict: Verdict = { state: 'present', kind: 'file', facts }
const absentVerdict: Verdict = { state: 'absent', reason: 'There is no file at this path' }

/** Of a case in `/shared`: all that was declared is there. */
function check(reference: string, paths: string[]) {
  const declared = indexDeclared(paths.map((path) => ({ file_name: path.replace(/.*\//u, ''), path })))
  const present = new Set(paths)
  const sights: Sights = {
    look: () => Promise.resolve(),
    at: (path) => (present.has(path) ? presentVerdict : absentVerdict),
  }
  return checkReference(`/shared/${reference}`, reference, declared, sights)
}

test('a file that is declared under two spellings of its path is one file', () => {
  expect(check('dup.tab', ['/x/dup.tab', '/x//dup.tab'])).toMatchObject({
    verdict: 'found',
    path: '/x/dup.tab',
  })
  expect(check('dup.tab', ['/x/dup.tab', '/x//dup.tab', '/y/dup.tab'])).toMatchObject({
    verdict: 'ambiguous',
    candidates: ['/x/dup.tab', '/y/dup.tab'],
  })
  expect(check('DUP.tab', ['/x/dup.tab', '/x//dup.tab'])).toMatchObject({
    verdict: 'missing',
    candidates: ['/x/dup.tab'],
  })
})
