import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { findFileType, shippedFileTypes } from './file-types.ts'
import { fileSizeLimit, submissionSizeLimit, withinLimits } from './size-limit.ts'

const mb = 1_048_576
const csv = findFileType(shippedFileTypes, 'csv')

function limitOf(slotMaxBytes: number) {
  if (csv === undefined) throw new Error('There is no type csv')
  return fileSizeLimit(csv, slotMaxBytes)
}

const streamOf = (sizeBytes: number) => Readable.from([Buffer.alloc(sizeBytes - 1), Buffer.alloc(1)])

describe('the size of an upload', () => {
  it('is held to the lesser of the slot’s limit and the type’s', () => {
    expect(limitOf(20 * mb)).toEqual({
      leftBytes: 10 * mb,
      message: 'is over the limit of 10 MB (10485760 bytes) for files of type csv',
    })
    expect(limitOf(1000)).toEqual({ leftBytes: 1000, message: "is over the slot's limit of 1000 bytes" })
  })

  it('may be just the limit', async () => {
    expect(await buffer(withinLimits(streamOf(1000), [limitOf(1000)]))).toHaveLength(1000)
  })

  it('is refused one byte above it, and nothing above it is passed', async () => {
    let passed = 0
    const stream = withinLimits(streamOf(1001), [limitOf(1000)]).on('data', (chunk: Buffer) => {
      passed += chunk.length
    })
    await expect(new Promise((_, reject) => stream.on('error', reject))).rejects.toMatchObject({
      code: 'too_large',
      message: "is over the slot's limit of 1000 bytes",
    })
    expect(passed).toBe(1000)
  })

  it('counts against what all files of a submission may have', async () => {
    const budget = submissionSizeLimit(1500)
    await buffer(withinLimits(streamOf(1000), [limitOf(mb), budget]))
    await expect(buffer(withinLimits(streamOf(501), [limitOf(mb), budget]))).rejects.toMatchObject({
      code: 'too_large',
      message: 'brings the submission over its limit of 1500 bytes',
    })
  })
})
