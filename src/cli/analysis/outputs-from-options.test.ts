import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { localAddress } from '../local-address.ts'
import { metaFromOptions } from './meta-from-options.ts'
import { outputsFromOptions } from './outputs-from-options.ts'

const file = (basename: string, secondary_files = {}) => ({ basename, secondary_files })

describe('the tree of options', () => {
  it('has a file under each name, and structure where a name has dots', () => {
    const outputs = ['vcf=gs://b/x.vcf.gz', 'qc.html=/s/a.html', 'qc.table=/s/part=1/a.tsv']
    expect(outputsFromOptions({ outputs })).toEqual({
      vcf: file('gs://b/x.vcf.gz'),
      qc: { html: file('/s/a.html'), table: file('/s/part=1/a.tsv') },
    })
  })

  it('hangs a companion below the longest name that its own goes on from', () => {
    const outputs = ['a.vcf=/s/1', 'a.vcf2=/s/2']
    const companions = ['a.vcf.index.md5=/s/3', 'a.vcf.index=/s/4', 'a.vcf2.x.y=/s/5']
    expect(outputsFromOptions({ outputs, companions })).toEqual({
      a: {
        vcf: file('/s/1', { index: file('/s/4', { md5: file('/s/3') }) }),
        vcf2: file('/s/2', { 'x.y': file('/s/5') }),
      },
    })
  })

  it('takes every name for a name', () => {
    const tree = outputsFromOptions({ outputs: ['__proto__.constructor=/s/1'] })
    expect(JSON.stringify(tree)).toBe(`{"__proto__":{"constructor":${JSON.stringify(file('/s/1'))}}}`)
  })

  it.each([
    [['x'], [], '--output "x" has no name; write NAME=PATH'],
    [['gs://b/part=1/x'], [], '--output "gs://b/part=1/x" has no name'],
    [['x='], [], '--output "x" has no path after its ='],
    [['a..b=/x'], [], '--output "a..b" has an empty part'],
    [['a=/x', 'a=/y'], [], '--output "a" is given twice'],
    [
      ['a.b=/y', 'a=/x'],
      [],
      '--output "a.b" lies inside the file "a"; a file that belongs to it is --companion',
    ],
    [['a=/x', 'b.c=/y'], ['d.i=/z'], '--companion "d.i" belongs to no output: the outputs given are a, b.c;'],
    [['ab=/x'], ['a.i=/z'], '--companion "a.i" belongs to no output'],
    [[], ['a.i=/z'], '--companion "a.i" belongs to no output: no output is given'],
  ])('refuses %j with %j', (outputs, companions, words) => {
    expect(() => outputsFromOptions({ outputs, companions })).toThrow(words)
  })

  it('tells all faults at once', () => {
    const options = { outputs: ['x', 'a=', 'a=/y'], companions: ['b.i=/z'] }
    const given = { code: 'usage', message: expect.stringContaining('(and 3 more)') }
    expect(() => outputsFromOptions(options)).toThrow(expect.objectContaining(given))
  })

  it('holds each path where its name says', () => {
    const segment = fc.stringMatching(/^[a-c]{1,2}$/)
    const name = fc.array(segment, { minLength: 1, maxLength: 3 }).map((segments) => segments.join('.'))
    fc.assert(
      fc.property(fc.uniqueArray(name, { maxLength: 8 }), (names) => {
        const apart = names.filter((each) => !names.some((other) => each.startsWith(`${other}.`)))
        const tree = outputsFromOptions({ outputs: apart.map((each) => `${each}=/s/${each}`) })
        for (const each of apart) {
          const node = each
            .split('.')
            .reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], tree)
          expect(node).toEqual(file(`/s/${each}`))
        }
      }),
    )
  })
})

it.each([
  ['x.vcf', '/home/ada/x.vcf'],
  ['../x.vcf', '/home/x.vcf'],
  ['./folder.zarr/', '/home/ada/folder.zarr/'],
  ['/s/../x', '/s/../x'],
  ['gs://b/x', 'gs://b/x'],
  ['https://example.org/x', 'https://example.org/x'],
  ['C:\\data\\x', 'C:\\data\\x'],
  ['\\\\server\\share\\x', '\\\\server\\share\\x'],
])('the address of %s is %s', (path, address) => {
  expect(localAddress(path, '/home/ada')).toBe(address)
})

describe('the meta of options', () => {
  it('is text as it was given', () => {
    expect(metaFromOptions(['depth=30', 'a/b=x=y', 'empty='])).toEqual({
      depth: '30',
      'a/b': 'x=y',
      empty: '',
    })
  })

  it('needs names, each once', () => {
    expect(() => metaFromOptions(['depth'])).toThrow('--meta "depth" has no name; write NAME=TEXT')
    expect(() => metaFromOptions(['a=1', 'a=2'])).toThrow('--meta "a" is given twice')
  })
})
