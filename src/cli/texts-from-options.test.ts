import { describe, expect, it } from 'vitest'
import { textsFromOptions } from './texts-from-options.ts'

describe('the texts of an option', () => {
  it('is text as it was given', () => {
    expect(textsFromOptions('--meta', ['depth=30', 'a/b=x=y', 'empty='])).toEqual({
      depth: '30',
      'a/b': 'x=y',
      empty: '',
    })
  })

  it('needs names, each once', () => {
    expect(() => textsFromOptions('--meta', ['depth'])).toThrow('--meta "depth" has no name; write NAME=TEXT')
    expect(() => textsFromOptions('--meta', ['a=1', 'a=2'])).toThrow('--meta "a" is given twice')
  })
})
