import { expect, it } from 'vitest'
import { absoluteAddress } from './absolute-address.ts'

it('an address is only a path where the request names no host', () => {
  const request = { protocol: 'http', host: 'example.org:4400' }
  expect(absoluteAddress(undefined, request, '/x')).toBe('http://example.org:4400/x')
  expect(absoluteAddress(undefined, { ...request, host: '' }, '/x')).toBe('/x')
})

it('an address is below the public one, whatever host the request names', () => {
  for (const host of ['example.org:4400', '']) {
    const request = { protocol: 'http', host }
    expect(absoluteAddress('https://runs.example.org/waybill', request, '/x')).toBe(
      'https://runs.example.org/waybill/x',
    )
  }
})
