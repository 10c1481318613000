import { expect, it } from 'vitest'
import { attachmentDisposition } from './content-disposition.ts'

it('no character of a name ends the header or its quotes', () => {
  expect(attachmentDisposition('a"b\\c\r\nset-cookie: x;%d é.csv')).toBe(
    `attachment; filename="a_b_c__set-cookie: x;_d _.csv"; filename*=UTF-8''a%22b%5Cc%0D%0Aset-cookie%3A%20x%3B%25d%20%C3%A9.csv`,
  )
})
