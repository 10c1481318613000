import { describe, expect, it } from 'vitest'
import { findFileType, readFileTypes, shippedFileTypes } from './file-types.ts'
import { mimeFault } from './mime-rule.ts'

function faultOf(extension: string, declared: string | undefined) {
  const { types } = readFileTypes({ fmu: { mime_type: 'application/zip', max_size_mb: 50 } })
  const type = findFileType(types, extension)
  return type === undefined ? 'no type' : mimeFault(type, declared)
}

describe('the type that an upload declares', () => {
  it.each([
    ['epw', 'application/vnd.energyplus.epw'],
    ['epw', 'application/octet-stream'],
    ['epw', 'text/plain'],
    ['epw', undefined],
    ['epw', ''],
    ['csv', 'Text/CSV; charset=utf-8; header=present'],
    ['json', 'application/json;charset=UTF-8'],
    ['xml', 'text/xml'],
    ['xsd', 'text/xml; charset=utf-8'],
    ['fmu', 'application/zip'],
  ])('of %s may be %j', (extension, declared) => {
    expect(faultOf(extension, declared)).toBeNull()
  })

  it.each([
    ['epw', 'image/png'],
    ['csv', 'application/json'],
    ['json', 'text/html'],
    ['xml', 'application/xhtml+xml'],
    ['fmu', 'text/plain'],
    ['csv', 'nonsense'],
    ['csv', 'text/csv/x'],
  ])('of %s may not be %j', (extension, declared) => {
    expect(faultOf(extension, declared)).toMatchObject({ code: 'unsupported_type' })
  })

  it('is refused with what was found and what is needed', () => {
    expect(faultOf('epw', 'image/png')).toEqual({
      code: 'unsupported_type',
      message:
        'is declared as "image/png"; a file of type epw is sent as one of application/vnd.energyplus.epw, application/octet-stream, text/plain, or without a type',
    })
  })
})

describe('the shipped types', () => {
  it('are the four with their limits, and three for schemas', () => {
    const limits = [...shippedFileTypes.values()].map((type) => [
      type.extension,
      type.maxSizeBytes / 1_048_576,
    ])
    expect(Object.fromEntries(limits)).toEqual({
      epw: 20,
      csv: 10,
      json: 10,
      xml: 10,
      xsd: 10,
      rng: 10,
      dtd: 10,
    })
  })

  it('are found in any case', () => {
    expect(findFileType(shippedFileTypes, 'EPW')?.mimeType).toBe('application/vnd.energyplus.epw')
    expect(findFileType(shippedFileTypes, 'exe')).toBeUndefined()
    expect(findFileType(shippedFileTypes, null)).toBeUndefined()
  })
})

describe('added types', () => {
  it('are laid over the shipped ones', () => {
    const { types, faults } = readFileTypes({
      epw: { max_size_mb: 40 },
      IDF: { mime_type: 'Text/Plain', max_size_mb: 0.5, description: 'EnergyPlus model' },
      fmu: { mime_type: 'application/zip', max_size_mb: 50 },
    })
    expect(faults).toEqual([])
    expect(types.get('epw')).toMatchObject({ maxSizeBytes: 40 * 1_048_576, format: 'epw', isText: true })
    expect(types.get('idf')).toEqual({
      extension: 'idf',
      mimeType: 'text/plain',
      maxSizeBytes: 524_288,
      description: 'EnergyPlus model',
      isText: true,
      format: null,
    })
    expect(types.get('fmu')).toMatchObject({ isText: false, format: null })
    expect(types.size).toBe(9)
  })

  it.each([
    ['a list', []],
    ['no object', { idf: 'text/plain' }],
    ['no MIME type', { idf: { max_size_mb: 1 } }],
    ['no MIME type that is one', { idf: { mime_type: 'plain', max_size_mb: 1 } }],
    ['no limit', { idf: { mime_type: 'text/plain' } }],
    ['a limit of zero', { epw: { max_size_mb: 0 } }],
    ['a limit that is a text', { epw: { max_size_mb: '20' } }],
    ['an unknown field', { epw: { max_size: 20 } }],
    ['a description that is no text', { epw: { description: 1 } }],
    ['a name with a dot', { '.idf': { mime_type: 'text/plain', max_size_mb: 1 } }],
    ['a name that is too long', { [`${'x'.repeat(21)}`]: { mime_type: 'text/plain', max_size_mb: 1 } }],
  ])('are refused with %s', (_, given) => {
    expect(readFileTypes(given).faults).toHaveLength(1)
  })

  it('are refused with every fault at once', () => {
    expect(readFileTypes({ 'a.b': {}, idf: { size: 1 } }).faults).toHaveLength(4)
  })
})
