import { expect, it } from 'vitest'
import { sizeWords } from './size-words.ts'

it.each([
  [1, '1 byte'],
  [1000, '1,000 bytes'],
  [1_048_575, '1,048,575 bytes'],
  [1_048_576, '1 MB (1,048,576 bytes)'],
  [10_485_760, '10 MB (10,485,760 bytes)'],
])('a size of %i is said in one way', (sizeBytes, words) => {
  expect(sizeWords(sizeBytes)).toBe(words)
})
