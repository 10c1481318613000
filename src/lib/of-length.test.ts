import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { ofLength } from './of-length.ts'

const source = () => Readable.from([Buffer.from('abc'), Buffer.from('def')])

test('as many bytes as announced pass through', async () => {
  expect(await text(ofLength(6, source()))).toBe('abcdef')
})

test.each([5, 7])('six bytes where %i were announced are a failure', async (announced) => {
  await expect(text(ofLength(announced, source()))).rejects.toThrow(`where ${announced} were announced`)
})

test('whoever stops reading ends the source', async () => {
  const endless = new Readable({ read() {} })
  ofLength(6, endless).destroy()
  await new Promise((resolve) => endless.once('close', resolve))
  expect(endless.destroyed).toBe(true)
})
