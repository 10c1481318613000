import { buffer } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { findFileType, shippedFileTypes } from '../files/file-types.ts'
import type { SizeLimit } from '../files/size-limit.ts'
import { passOver, receiveContent } from './receive-file.ts'
import { OverLimit } from './submission-faults.ts'

const limitOf = (leftBytes: number): SizeLimit => ({ leftBytes, message: 'is over the limit' })

function partOf(...pieces: (Buffer | Error)[]) {
  const asked = { pieces: 0 }
  const content = (async function* () {
    for (const piece of pieces) {
      asked.pieces += 1
      if (piece instanceof Error) throw piece
      yield piece
    }
  })()
  return { part: { name: 'aux_table', fileName: 'a.csv', contentType: null, content }, asked }
}

describe('the size of a part', () => {
  it('may be just the limit', async () => {
    const { part } = partOf(Buffer.alloc(999, 'a'), Buffer.from('b'))
    const received = await receiveContent(part, { type: null, limits: [limitOf(1000)] }, passOver)
    expect(received).toEqual({ sizeBytes: 1000, kept: null, faults: [], findings: [] })
  })

  it('is refused one byte above it: nothing of that is passed, and no more is asked for', async () => {
    const { part, asked } = partOf(Buffer.alloc(1000), Buffer.alloc(1), Buffer.alloc(1))
    let passed = 0
    const keep = async (content: AsyncIterable<Buffer>) => {
      for await (const chunk of content) passed += chunk.length
      return null
    }
    const receiving = receiveContent(part, { type: null, limits: [limitOf(1000)] }, keep)
    await expect(receiving).rejects.toThrow(OverLimit)
    await expect(receiving).rejects.toMatchObject({ fault: { code: 'too_large', field: 'aux_table' } })
    expect([passed, asked.pieces]).toEqual([1000, 2])
  })

  it('counts against what all parts may have', async () => {
    const budget = limitOf(1500)
    const receive = (sizeBytes: number) =>
      receiveContent(
        partOf(Buffer.alloc(sizeBytes)).part,
        { type: null, limits: [limitOf(5000), budget] },
        passOver,
      )
    await receive(1000)
    await expect(receive(501)).rejects.toThrow(OverLimit)
    await receive(500)
  })
})

describe('the content of a part', () => {
  const csv = findFileType(shippedFileTypes, 'csv') ?? null

  it('is checked as it passes, wherever it is cut, and passed on unchanged', async () => {
    let kept = ''
    const keep = async (content: AsyncIterable<Buffer>) => {
      kept = (await buffer(content)).toString()
      return null
    }
    const { part } = partOf(Buffer.from('a,b\n1,'), Buffer.from('2,3\n'))
    const received = await receiveContent(part, { type: csv, limits: [] }, keep)
    expect(kept).toBe('a,b\n1,2,3\n')
    expect(received.faults).toMatchObject([{ code: 'invalid', field: 'aux_table' }])
    expect(received.faults[0]?.message).toContain('line 2 has 3 columns')
  })

  it('that breaks off fails with its own error', async () => {
    const { part } = partOf(Buffer.from('a,b\n'), new Error('the client went away'))
    await expect(receiveContent(part, { type: csv, limits: [] }, passOver)).rejects.toThrow(
      'the client went away',
    )
  })
})
