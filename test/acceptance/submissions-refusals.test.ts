import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { weatherFile, weatherRow } from '../helpers/file-contents.ts'
import { aux, model, runCalls, type SentPart, traces } from '../helpers/submissions.ts'
import { startTestApp, type TestApp } from '../helpers/test-app.ts'
import { workflowCalls } from '../helpers/workflows.ts'

const mb = 1_048_576
let app: TestApp
let calls: ReturnType<typeof runCalls>
beforeAll(async () => {
  app = await startTestApp({ limits: { primaryBytes: mb } })
  calls = runCalls(app)
  const optional = { required: false }
  await workflowCalls(app).create({
    slug: 'strict',
    primary_file_types: ['idf', 'epjson'],
    auxiliary_file_slots: [
      { slug: 'weather', label: 'Weather', allowed_file_types: ['epw'], max_size_bytes: 20 * mb },
      {
        slug: 'table',
        label: 'Table',
        allowed_file_types: ['csv', 'epw'],
        max_size_bytes: 20 * mb,
        ...optional,
      },
      {
        slug: 'setup',
        label: 'Setup',
        allowed_file_types: ['json', 'xml'],
        max_size_bytes: 20_000,
        ...optional,
      },
    ],
  })
  const epw = { allowed_file_types: ['epw'], max_size_bytes: 20 * mb }
  await workflowCalls(app).create({
    slug: 'large',
    auxiliary_file_slots: ['a', 'b', 'c'].map((slug) => ({ slug, label: slug, ...epw })),
  })
})
afterAll(() => app.stop())

const idf: SentPart = { name: 'file', fileName: 'office.idf', content: 'Version,24.1;' }
const weather = aux('weather', 'chicago.epw', weatherFile())
const good = [idf, weather]
const table = (content: string | Buffer) => [...good, aux('table', 'series.csv', content)]
const json = (content: string | Buffer) => [...good, aux('setup', 'setup.json', content)]
const xml = (content: string | Buffer) => [...good, aux('setup', 'setup.xml', content)]
const epw = (content: string | Buffer, type?: string) => [idf, aux('weather', 'chicago.epw', content, type)]
const named = (fileName: string) => [idf, aux('weather', fileName, weatherFile())]
const bytes = (hex: string) => Buffer.concat([Buffer.from(hex, 'hex'), Buffer.alloc(600, 'x')])
const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`
const laughs = '<!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;&lol;">]><lolz>&lol2;</lolz>'
const external = '<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><a>&e;</a>'
const csvOf = (sizeBytes: number) => Buffer.alloc(sizeBytes, 'a,b\n')

/** What is sent, its status, the part at fault and what is said of it; and the same with the fault mended. */
type Refusal = [
  name: string,
  sent: SentPart[],
  status: number,
  field: string,
  message: string,
  mended?: SentPart[],
]

const refusals: Refusal[] = [
  ['no weather file', [idf], 422, 'aux_weather', 'is required: the workflow asks for "Weather"'],
  ['no primary file', [weather], 422, 'payload', 'is required'],
  ['nothing at all', [], 422, 'payload', 'is required'],
  [
    'an extension of another type',
    named('chicago.csv'),
    415,
    'aux_weather',
    '"chicago.csv" has the extension csv; the slot "weather" takes epw',
  ],
  ['an extension that is no type', named('chicago.exe'), 415, 'aux_weather', 'the slot "weather" takes epw'],
  [
    'a double extension that ends in a foreign one',
    named('chicago.epw.sh'),
    415,
    'aux_weather',
    'has the extension sh',
  ],
  ['no extension', named('chicago'), 415, 'aux_weather', 'has no extension'],
  ['only an extension', named('.epw'), 415, 'aux_weather', 'has no extension'],
  [
    'a MIME type of another kind',
    epw(weatherFile(), 'image/png'),
    415,
    'aux_weather',
    'is declared as "image/png"',
  ],
  [
    'the MIME type of another text',
    epw(weatherFile(), 'text/csv'),
    415,
    'aux_weather',
    'sent as one of application/vnd.energyplus.epw',
  ],
  ['a ZIP archive as a weather file', epw(bytes('504b0304')), 422, 'aux_weather', 'ZIP archive'],
  ['a gzip archive as a weather file', epw(bytes('1f8b08')), 422, 'aux_weather', 'gzip archive'],
  ['an ELF program as a table', table(bytes('7f454c46')), 422, 'aux_table', 'ELF program'],
  ['a Windows program as JSON', json(bytes('4d5a90000300')), 422, 'aux_setup', 'Windows program'],
  ['a PDF document as XML', xml('%PDF-1.7 ...'), 422, 'aux_setup', 'PDF document'],
  ['a script as a table', table('#!/bin/sh\nrm -rf /\n'), 422, 'aux_table', 'script'],
  ['an empty weather file', epw(''), 422, 'aux_weather', 'is empty'],
  ['an empty table', table(''), 422, 'aux_table', 'is empty'],
  ['an empty primary file', [{ ...idf, content: '' }, weather], 422, 'file', 'is empty'],
  [
    'a weather file without LOCATION',
    epw(weatherFile({ header: (lines) => lines.slice(1) })),
    422,
    'aux_weather',
    'line 1',
  ],
  [
    'a weather file of seven header lines',
    epw(weatherFile({ header: (lines) => lines.slice(0, 7) })),
    422,
    'aux_weather',
    'line 8',
  ],
  [
    'a row of 34 fields',
    epw(weatherFile({ row: (i) => weatherRow(i === 9 ? 34 : 35) })),
    422,
    'aux_weather',
    'line 18 has 34 fields',
  ],
  ['half a day', epw(weatherFile({ rows: 12 })), 422, 'aux_weather', 'whole days'],
  ['a weather file without rows', epw(weatherFile({ rows: 0 })), 422, 'aux_weather', 'no rows'],
  [
    'a table that is not UTF-8 at byte 6',
    table(Buffer.from('a,b\n1,\xe9\n', 'latin1')),
    422,
    'aux_table',
    '0xE9 at offset 6',
  ],
  ['a ragged table', table('a,b\n1,2\n1,2,3\n'), 422, 'aux_table', 'line 3 has 3 columns'],
  ['a quote that is never closed', table('a,b\n"1,2\n'), 422, 'aux_table', 'line 2'],
  ['a NUL in a table', table('a,b\n1,\0\n'), 422, 'aux_table', 'NUL byte at offset 6'],
  ['a table in UTF-16', table(Buffer.from('\ufeffa,b\n', 'utf16le')), 422, 'aux_table', 'UTF-16'],
  ['JSON nested too deep', json(nested(201)), 422, 'aux_setup', 'nested deeper than 200'],
  ['a key twice', json('{"a": 1,\n"a": 2}'), 422, 'aux_setup', 'line 2 has the key "a" a second time'],
  ['JSON that ends early', json('{"a": '), 422, 'aux_setup', 'ends in line 1'],
  ['text after the JSON', json('{} x'), 422, 'aux_setup', 'line 1'],
  ['a billion laughs', xml(laughs), 422, 'aux_setup', 'DOCTYPE'],
  ['an external entity', xml(external), 422, 'aux_setup', 'DOCTYPE'],
  [
    'a DTD in a subset',
    xml('<!DOCTYPE a SYSTEM "http://example.org/a.dtd"><a/>'),
    422,
    'aux_setup',
    'DOCTYPE',
  ],
  ['an entity that is not declared', xml('<a>&lol;</a>'), 422, 'aux_setup', '&lol;'],
  ['a tag that is never closed', xml('<a><b></a>'), 422, 'aux_setup', 'line 1'],
  [
    'a reference to a character that XML cannot hold',
    xml('<a>&#0;</a>'),
    422,
    'aux_setup',
    'line 1 refers with &#0; to a character that XML 1.0 cannot hold',
  ],
  [
    'a primary file whose name is dots',
    [{ ...idf, fileName: '..' }, weather],
    422,
    'file',
    'has the file name ".."; one with letters or digits is needed',
  ],
  [
    'no file name',
    [idf, { name: 'aux_weather', content: weatherFile() }],
    422,
    'aux_weather',
    'has no file name; send one, as in filename="weather.epw"',
  ],
  ['an empty file name', named(''), 422, 'aux_weather', 'has no file name'],
  ['a file name of dots', named('...'), 422, 'aux_weather', 'has the file name "..."'],
  ['a file name of folders only', named('../../'), 422, 'aux_weather', 'has no file name'],
  [
    'a file name of 256 bytes',
    named(`${'x'.repeat(252)}.epw`),
    422,
    'aux_weather',
    'of 256 bytes',
    named(`${'x'.repeat(251)}.epw`),
  ],
  [
    'a part that has no meaning',
    [...good, { name: 'aux', content: 'x' }],
    422,
    'aux',
    'is no part of a submission',
  ],
  [
    'a slot of another workflow',
    [...good, aux('a', 'a.epw', weatherFile())],
    422,
    'aux_a',
    'names no slot of this workflow; there are aux_weather, aux_table, aux_setup',
  ],
  ['a second file for a slot', [...good, weather], 422, 'aux_weather', 'is given twice'],
  ['a second primary file', [model, ...good], 422, 'file', 'is a second primary file'],
  [
    'a primary file of another type',
    [{ ...idf, fileName: 'office.osm' }, weather],
    415,
    'file',
    'this workflow takes idf or epjson',
  ],
  [
    'a primary file without a name, as a table',
    [{ ...model, type: 'text/csv' }, weather],
    415,
    'payload',
    'without a file name as csv',
  ],
  [
    'a name of 201 characters',
    [...good, { name: 'name', content: 'x'.repeat(201) }],
    422,
    'name',
    'at most 200 characters',
  ],
  [
    'a name with a control character',
    [...good, { name: 'name', content: 'a\u0007b' }],
    422,
    'name',
    'control character',
  ],
  [
    'a name twice',
    [...good, { name: 'name', content: 'a' }, { name: 'name', content: 'a' }],
    422,
    'name',
    'given twice',
  ],
  [
    'metadata that is no JSON',
    [...good, { name: 'metadata', content: '{' }],
    422,
    'metadata',
    'is not valid JSON',
  ],
  [
    'metadata that is a list',
    [...good, { name: 'metadata', content: '[]' }],
    422,
    'metadata',
    'must be a JSON object, not a list',
  ],
  [
    'metadata with a NUL',
    [...good, { name: 'metadata', content: '{"a": {"b": "\\u0000"}}' }],
    422,
    'metadata.a.b',
    'U+0000',
  ],
  [
    'metadata with a NUL in the name of a field',
    [...good, { name: 'metadata', content: '{"\\u0000": 1}' }],
    422,
    'metadata',
    'U+0000',
  ],
  [
    'metadata with a field __proto__',
    [...good, { name: 'metadata', content: '{"__proto__": 1}' }],
    422,
    'metadata.__proto__',
    'is a name that no field can have',
  ],
  [
    'metadata with a field twice',
    [...good, { name: 'metadata', content: '{"project": "north", "project": "south"}' }],
    422,
    'metadata',
    'line 1 has the key "project" a second time in one object',
  ],
  [
    'metadata with a field twice, deep in it and in another spelling',
    [...good, { name: 'metadata', content: '{"a": [{"b": 1,\n"\\u0062": 1}]}' }],
    422,
    'metadata',
    'line 2 has the key "b" a second time in one object',
  ],
  [
    'metadata that is not UTF-8',
    [...good, { name: 'metadata', content: Buffer.from('{"a": "\xe9"}', 'latin1') }],
    422,
    'metadata',
    'is not valid UTF-8',
  ],
  [
    'metadata of over 64 KB',
    [...good, { name: 'metadata', content: `"${'x'.repeat(65_535)}"` }],
    413,
    'metadata',
    'over the limit of',
  ],
  [
    "one byte over the slot's limit",
    json(`"${'x'.repeat(19_999)}"`),
    413,
    'aux_setup',
    "over the slot's limit of 20,000 bytes",
    json(`"${'x'.repeat(19_998)}"`),
  ],
  [
    "one byte over the type's limit",
    table(Buffer.concat([csvOf(10 * mb), Buffer.from('a')])),
    413,
    'aux_table',
    'over the limit of 10 MB (10,485,760 bytes) for files of type csv',
    table(csvOf(10 * mb)),
  ],
  [
    'one byte over the limit of primary files',
    [{ ...idf, content: Buffer.alloc(mb + 1, 'x') }, weather],
    413,
    'file',
    'over the limit of 1 MB (1,048,576 bytes) for a primary file',
    [{ ...idf, content: Buffer.alloc(mb, 'x') }, weather],
  ],
]

describe('refused, with nothing left behind, and taken once it is mended', () => {
  it.each(refusals)('%s', async (_, sent, status, field, message, mended = good) => {
    const before = await traces(app)
    const answer = await calls.launch('strict', sent)
    expect(answer.status, JSON.stringify(answer.body)).toBe(status)
    expect(answer.body.code).toBe({ 413: 'too_large', 415: 'unsupported_type', 422: 'invalid' }[status])
    expect(answer.body.details).toContainEqual({ field, message: expect.stringContaining(message) })
    const check = await calls.check('strict', sent)
    expect([check.status, check.body]).toEqual([200, { acceptable: false, details: answer.body.details }])
    expect(await traces(app)).toEqual(before)
    expect((await calls.check('strict', mended)).body).toEqual({ acceptable: true, details: [] })
    expect(await traces(app)).toEqual(before)
    const taken = await calls.launch('strict', mended)
    expect(taken.status, JSON.stringify(taken.body)).toBe(202)
  })

  it('three files of over 50 MB together', async () => {
    const before = await traces(app)
    const ofMegabytes = (megabytes: number) => {
      const day = Buffer.from(weatherFile({ header: () => [] }))
      const days = Array.from({ length: Math.floor((megabytes * mb - 1000) / day.length) }, () => day)
      return Buffer.concat([Buffer.from(weatherFile({ rows: 0 })), ...days])
    }
    const three = (content: Buffer) => [
      idf,
      ...['a', 'b', 'c'].map((slot) => aux(slot, `${slot}.epw`, content)),
    ]
    const answer = await calls.launch('large', three(ofMegabytes(17)))
    expect(answer.status).toBe(413)
    expect(answer.body.details).toEqual([
      { field: 'aux_c', message: 'brings the submission over its limit of 50 MB (52,428,800 bytes)' },
    ])
    expect(await traces(app)).toEqual(before)
    const taken = await calls.launch('large', three(ofMegabytes(16)))
    expect(taken.status, JSON.stringify(taken.body)).toBe(202)
  })
})

describe('several faults', () => {
  it('are told at once, under the gravest status', async () => {
    const answer = await calls.launch('strict', [
      aux('setup', 'setup.json', '{'),
      aux('nothing', 'a.epw', 'x'),
      { name: 'metadata', content: '[]' },
      aux('table', 'series.pdf', '%PDF-1.7'),
      { name: 'payload', fileName: 'office.osm', content: 'x' },
    ])
    expect(answer.status).toBe(415)
    expect(answer.body.details.map(({ field }: { field: string }) => field)).toEqual([
      'aux_setup',
      'aux_nothing',
      'metadata',
      'aux_table',
      'payload',
      'aux_weather',
    ])
    expect(answer.body.error).toContain('aux_table "series.pdf" has the extension pdf')
  })

  it('of the head of a part that is too large are told with its size', async () => {
    const large = Buffer.alloc(20_001, 'x')
    const setup = (fileName: string, type?: string) => aux('setup', fileName, large, type)
    const sent: [SentPart, number][] = [
      [setup('setup.pdf'), 2],
      [setup('setup.json', 'image/png'), 2],
      [setup('..'), 2],
      [setup(''), 2],
      [setup('setup.json'), 1],
      [aux('nothing', 'a.epw', Buffer.alloc(50 * mb + 1, 'x')), 2],
      [{ ...idf, fileName: 'office.osm', content: Buffer.alloc(mb + 1, 'x') }, 2],
    ]
    for (const [part, count] of sent) {
      const { status, body } = await calls.launch('strict', [part, { name: 'metadata', content: '[]' }])
      expect([status, body.code], JSON.stringify(body)).toEqual([413, 'too_large'])
      expect(body.details.map(({ field }: { field: string }) => field)).toEqual(Array(count).fill(part.name))
      expect(body.details.at(-1).message).toMatch(/ over (the|its) .*limit of [\d,]+ /)
    }
  })

  it('found before a limit is passed are told with it', async () => {
    const answer = await calls.launch('strict', [
      aux('table', 'series.pdf', 'x'),
      aux('setup', 'setup.json', 'x'.repeat(20_001)),
      { name: 'metadata', content: '[]' },
    ])
    expect([answer.status, answer.body.details.length]).toEqual([413, 2])
  })
})

describe('what is no form', () => {
  const raw = (type: string | null, body: string | Buffer) =>
    calls.launch('strict', [], { raw: { type, body } })

  it.each([
    ['a form without a boundary', 'multipart/form-data', '--b\r\n', 400, 'names no boundary'],
    [
      'a form whose body has another boundary',
      'multipart/form-data; boundary=c',
      '--b\r\n',
      400,
      'does not begin with the boundary',
    ],
    [
      'a form that ends early',
      'multipart/form-data; boundary=b',
      '--b\r\nContent-Disposition: form-data; name="file"; filename="a.idf"\r\n\r\nx',
      400,
      'ends within the part "file"',
    ],
    [
      'more parts than any submission has',
      'multipart/form-data; boundary=b',
      `${'--b\r\nContent-Disposition: form-data; name=x\r\n\r\n\r\n'.repeat(21)}--b--`,
      400,
      'more than 20 parts',
    ],
    [
      'another multipart type',
      'multipart/mixed; boundary=b',
      '--b--',
      415,
      'multipart/mixed is not taken here',
    ],
    ['an encoded form', 'application/x-www-form-urlencoded', 'a=b', 415, 'not taken here'],
  ])('is refused: %s', async (_, type, body, status, message) => {
    const before = await traces(app)
    const answer = await raw(type, body)
    expect([answer.status, answer.body.error]).toEqual([status, expect.stringContaining(message)])
    expect(await traces(app)).toEqual(before)
  })

  it('nor is one that is compressed', async () => {
    const answer = await calls.call('POST', '/org/default/workflows/strict/runs/', '{}', {
      'content-type': 'application/json',
      'content-encoding': 'gzip',
    })
    expect(answer.status).toBe(415)
  })
})
