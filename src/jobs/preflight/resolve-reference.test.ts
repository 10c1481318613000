import { expect, test } from 'vitest'
import { resolveReference } from './resolve-reference.ts'

test.each([
  ['/shared/a/case.genkey', 'fluid.tab', '/shared/a/fluid.tab'],
  ['/shared/a/case.genkey', './pvt/fluid.tab', '/shared/a/pvt/fluid.tab'],
  ['/shared/a/case.genkey', '../pvt/fluid.tab', '/shared/pvt/fluid.tab'],
  ['/shared/a/case.genkey', '..\\pvt\\fluid.tab', '/shared/pvt/fluid.tab'],
  ['/shared/a/case.genkey', '/pvt/fluid.tab', '/pvt/fluid.tab'],
  ['/shared/a/case.genkey', '/pvt/../x/fluid.tab', '/x/fluid.tab'],
  ['/shared/a/case.genkey', '\\pvt\\fluid.tab', '/pvt/fluid.tab'],
  ['/shared/a/case.genkey', '../../../fluid.tab', null],
  ['/shared/a/case.genkey', '..', '/shared'],
  ['/shared/a/case.genkey', 'C:\\pvt\\fluid.tab', 'C:\\pvt\\fluid.tab'],
  ['/shared/a/case.genkey', 'C:fluid.tab', null],
  ['/shared/a/case.genkey', '\\\\server\\share\\fluid.tab', '\\\\server\\share\\fluid.tab'],
  ['/shared/a/case.genkey', 'gs://bucket/fluid.tab', 'gs://bucket/fluid.tab'],
  ['/case.genkey', '..', null],
  ['C:\\a\\case.genkey', 'fluid.tab', 'C:\\a\\fluid.tab'],
  ['C:\\a\\case.genkey', '..\\pvt/fluid.tab', 'C:\\pvt\\fluid.tab'],
  ['C:/a/case.genkey', '..\\..\\fluid.tab', null],
  ['C:\\a\\case.genkey', '\\fluid.tab', 'C:\\fluid.tab'],
  ['\\\\server\\share\\a\\case.genkey', '..\\fluid.tab', '\\\\server\\share\\fluid.tab'],
  ['\\\\server\\share\\case.genkey', '..\\fluid.tab', null],
  ['gs://bucket/a/case.genkey', '../pvt\\fluid.tab', 'gs://bucket/pvt/fluid.tab'],
  ['gs://bucket/a//case.genkey', 'fluid.tab', 'gs://bucket/a//fluid.tab'],
  ['s3://bucket/case.genkey', '../fluid.tab', null],
])('in %s the reference %s means %s', (casePath, reference, meant) => {
  expect(resolveReference(casePath, reference)).toBe(meant)
})
