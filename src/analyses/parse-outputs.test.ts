import { describe, expect, it } from 'vitest'
import { fieldOf, parseOutputs } from './parse-outputs.ts'

const roots = ['/data', 'gs://bucket/part', 'C:\\data']
const addresses = (outputs: Parameters<typeof parseOutputs>[0]) =>
  parseOutputs(outputs, roots).nodes.map(({ address }) => address)

describe('a tree of outputs, taken apart', () => {
  it('names its files with a primary before its companions', () => {
    const { shape, nodes, faults } = parseOutputs(
      {
        a: [{ basename: '/x', secondary_files: { i: { basename: '/i', secondary_files: { j: '/j' } } } }, 1],
        b: { c: '/data/y' },
      },
      roots,
    )
    expect(faults).toEqual([])
    expect(shape).toEqual({ a: [{ basename: '0' }, 1], b: { c: { basename: '1' } } })
    expect(nodes.map(({ address, place, companion }) => [address, place, companion])).toEqual([
      ['/x', 'a[0]', null],
      ['/i', 'a[0].secondary_files.i', { primary: 0, name: 'i' }],
      ['/j', 'a[0].secondary_files.i.secondary_files.j', { primary: 1, name: 'j' }],
      ['/data/y', 'b.c', null],
    ])
  })

  it('takes a bare text for a file by its scheme, or by the locations', () => {
    const files = [
      'gs://any/x',
      's3://any/x',
      '/data/x',
      '/data//x',
      'C:\\data\\x',
      'c:/DATA/x',
      '/data/a/../x',
    ]
    const others = [
      '/data',
      '/database/x',
      'GS://any/x',
      'az://any/x',
      'gs://any',
      'data/x',
      'C:x',
      '/x',
      'gs://a/../b',
    ]
    expect(addresses({ list: [...files, ...others] })).toEqual([...files.slice(0, 6), '/data'])
    expect(addresses(['x', ['/data/x']])).toEqual(['/data/x'])
  })

  it('takes the text at its root for a file, and the text under a key without a name for text', () => {
    expect(addresses('/anywhere/x')).toEqual(['/anywhere/x'])
    expect(parseOutputs('relative', roots).faults).toHaveLength(1)
    expect(addresses({ '': 'relative' })).toEqual([])
    expect(addresses({ '': { '': 'relative' } })).toEqual([])
  })

  it('leaves structure as it is, whatever its keys', () => {
    for (const tree of [null, {}, { basename: 5 }, { basename: null, path: '/x' }, { path: '/nowhere' }]) {
      expect(parseOutputs(tree, roots)).toMatchObject({ shape: tree, nodes: [], faults: [] })
    }
  })

  it('stops counting faults at a thousand', () => {
    const many = Array.from({ length: 1500 }, () => ({ basename: 'r' }))
    expect(parseOutputs({ many }, roots).faults).toHaveLength(1000)
  })

  it('names the field of the request', () => {
    expect(['', 'a.b', '[0]', '[0].c'].map((place) => fieldOf(place))).toEqual([
      'outputs',
      'outputs.a.b',
      'outputs[0]',
      'outputs[0].c',
    ])
    expect(parseOutputs('r', roots, 'output').faults).toMatchObject([{ field: 'output' }])
  })

  it('refuses to keep a long name with each of very many files', () => {
    const many = Array.from({ length: 200 }, () => ({ basename: '/data/x' }))
    expect(parseOutputs({ ['k'.repeat(50_000)]: many }, roots).nodes).toHaveLength(200)
    expect(() => parseOutputs({ ['k'.repeat(100_000)]: many }, roots)).toThrow(/under names of more than/)
  })
})
