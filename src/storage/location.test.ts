import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  addressFault,
  coveringRoot,
  isWithin,
  locationFault,
  normalAddress,
  parseAddress,
} from './location.ts'

describe('an address', () => {
  it('is any absolute POSIX, Windows, UNC or bucket path', () => {
    for (const path of [
      '/a',
      '/a b/é',
      'gs://b/k',
      's3://b/k/',
      'C:\\x\\y',
      'd:/x',
      '\\\\server\\share\\f',
      '/a..b',
    ]) {
      expect(addressFault(path), path).toBeNull()
    }
  })

  it('is refused with what is wrong with it', () => {
    const faults = {
      '': 'empty',
      'a/b': 'absolute',
      'C:x': 'absolute',
      'gs://': 'absolute',
      'gs://b': 'bucket',
      'gs://b/': 'bucket',
      '/': 'root',
      '/a\0': 'NUL',
      '/a\n': 'control',
      '/a\u0085': 'control',
      '/\ud800': 'Unicode',
      '/a/../b': '".."',
      'gs://b/..': '".."',
      'C:\\..\\x': '".."',
      [`/${'x'.repeat(32_768)}`]: '32768',
    }
    for (const [path, word] of Object.entries(faults)) expect(addressFault(path), path).toContain(word)
  })

  it('never makes these functions throw, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string(), (path, root) => {
        addressFault(path)
        locationFault(path)
        normalAddress(path)
        expect(isWithin(root, path)).toBe(isWithin(root, path) && parseAddress(path) !== null)
      }),
    )
  })

  it('has one normal spelling', () => {
    expect(normalAddress('//a/./b//c/')).toBe('/a/b/c/')
    expect(normalAddress('GS://b/a//./c')).toBe('gs://b/a//./c')
    expect(normalAddress('C:/x\\y/')).toBe('C:\\x\\y\\')
    expect(normalAddress('\\\\s\\d\\f')).toBe('\\\\s\\d\\f')
  })
})

describe('a location', () => {
  it('holds what lies below it by whole segments', () => {
    for (const [root, path] of [
      ['/shared/a', '/shared/a/b'],
      ['/shared/a/', '/shared//a/b'],
      ['/', '/x'],
      ['gs://b', 'gs://b/k'],
      ['gs://b/p/', 'gs://b/p/k'],
      ['C:\\Data', 'c:\\data\\x'],
    ] as const) {
      expect(isWithin(root, path), `${root} ${path}`).toBe(true)
    }
    for (const [root, path] of [
      ['/shared/a', '/shared/ab'],
      ['/shared/a', '/shared'],
      ['gs://b/p', 'gs://b/pq'],
      ['gs://b', 'gs://bb/k'],
      ['gs://b', 's3://b/k'],
      ['/a', '/a/../b'],
    ] as const) {
      expect(isWithin(root, path), `${root} ${path}`).toBe(false)
    }
  })

  it('that is closest covers a path', () => {
    expect(coveringRoot(['/a', '/a/b', '/c'], '/a/b/x')).toBe('/a/b')
    expect(coveringRoot(['/a'], '/b')).toBeNull()
  })
})
