import { expect, it } from 'vitest'
import { absoluteAddress } from './absolute-address.ts'

it('an address is only a path where the request names no host', () => {
  expect(absoluteAddress({ protocol: 'http', host: 'example.org:4400' }, '/x')).toBe(
    'http://example.org:4400/x',
  )
  expect(absoluteAddress({ protocol: 'http', host: '' }, '/x')).toBe('/x')
})
