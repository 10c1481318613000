import { expect, it } from 'vitest'
import { findFileType, shippedFileTypes } from './file-types.ts'
import { fileSizeLimit, submissionSizeLimit } from './size-limit.ts'

const mb = 1_048_576

it('an upload is held to the lesser of the slot’s limit and the type’s', () => {
  const csv = findFileType(shippedFileTypes, 'csv')
  if (csv === undefined) throw new Error('There is no type csv')
  expect(fileSizeLimit(csv, 20 * mb)).toEqual({
    leftBytes: 10 * mb,
    message: 'is over the limit of 10 MB (10,485,760 bytes) for files of type csv',
  })
  expect(fileSizeLimit(csv, 1000)).toEqual({
    leftBytes: 1000,
    message: "is over the slot's limit of 1,000 bytes",
  })
})

it('all files of a submission are held to one limit together', () => {
  expect(submissionSizeLimit(1500)).toEqual({
    leftBytes: 1500,
    message: 'brings the submission over its limit of 1,500 bytes',
  })
})
