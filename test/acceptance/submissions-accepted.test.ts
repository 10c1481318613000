import { afterAll, beforeAll, expect, it } from 'vitest'
import { weatherFile } from '../helpers/file-contents.ts'
import { aux, model, runCalls, type SentPart } from '../helpers/submissions.ts'
import { startTestApp, type TestApp } from '../helpers/test-app.ts'
import { workflowCalls } from '../helpers/workflows.ts'

let app: TestApp
let calls: ReturnType<typeof runCalls>
beforeAll(async () => {
  app = await startTestApp()
  calls = runCalls(app)
  const slots = { weather: ['epw'], table: ['csv'], setup: ['json', 'xml', 'xsd'] }
  await workflowCalls(app).create({
    slug: 'open',
    auxiliary_file_slots: Object.entries(slots).map(([slug, allowed_file_types]) => ({
      slug,
      label: slug,
      allowed_file_types,
      required: false,
    })),
  })
  await workflowCalls(app).create({ slug: 'models', primary_file_types: ['idf', 'epjson', 'tar.gz'] })
})
afterAll(() => app.stop())

const idf: SentPart = { name: 'file', fileName: 'office.idf', content: 'Version,24.1;' }
const csv = (content: string | Buffer, type?: string) => [idf, aux('table', 'series.csv', content, type)]
const json = (content: string) => [idf, aux('setup', 'setup.json', content)]
const xml = (content: string) => [idf, aux('setup', 'setup.xml', content)]
const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`

const accepted: [name: string, sent: SentPart[], shown: object[], findings?: string[]][] = [
  ['a primary file alone', [idf], [{ file_type: 'idf' }]],
  ['a primary file of any type', [{ ...idf, fileName: 'plant.FMU' }], [{ file_type: 'fmu' }]],
  ['one without an extension', [{ ...idf, fileName: 'Makefile' }], [{ file_type: null }]],
  [
    'one of bytes that are no text',
    [{ ...idf, content: Buffer.from('504b0304ff00', 'hex') }],
    [{ size_bytes: 6 }],
  ],
  ['a table with CRLF and a byte order mark', csv('\ufeffa,b\r\n1,2\r\n'), [{}, { size_bytes: 13 }]],
  ['a table with semicolons', csv('a;b\n1,5;2,5\n'), [{}, {}]],
  ['a table with tabs, without an end of line', csv('a\tb\n1\t2'), [{}, {}]],
  ['a table with quotes over lines', csv('a,b\n"one\ntwo","say ""hi"""\n'), [{}, {}]],
  ['a table of one column', csv('a\n1\n2\n'), [{}, {}]],
  ['a table as text/csv with a charset', csv('a,b\n', 'text/csv; charset=utf-8'), [{}, {}]],
  ['a table as text/plain', csv('a,b\n', 'text/plain'), [{}, {}]],
  ['a table as application/octet-stream', csv('a,b\n', 'application/octet-stream'), [{}, {}]],
  ['a weather file with CRLF', [idf, aux('weather', 'a.epw', weatherFile({ lineEnd: '\r\n' }))], [{}, {}]],
  [
    'a weather file with a place in Latin-1',
    [idf, aux('weather', 'a.epw', Buffer.from(weatherFile().replace('Chicago', 'Z\xfcrich'), 'latin1'))],
    [{}, {}],
    ['info latin1 a.epw'],
  ],
  [
    'a weather file with a byte order mark',
    [idf, aux('weather', 'a.epw', `\ufeff${weatherFile()}`)],
    [{}, {}],
    ['warning byte_order_mark a.epw'],
  ],
  ['a weather file of a year', [idf, aux('weather', 'a.epw', weatherFile({ rows: 8760 }))], [{}, {}]],
  ['JSON of 200 levels', json(nested(200)), [{}, {}]],
  ['JSON that is a number', json(' 1e-7 '), [{}, {}]],
  ['the same key in two objects', json('[{"a": 1}, {"a": 1}]'), [{}, {}]],
  [
    'XML with all that it may have',
    xml(
      '<?xml version="1.0" encoding="utf-8"?>\n<!-- é --><a:b xmlns:a="x" c="&lt;"><![CDATA[<&]]>&#233;<?p i?></a:b>',
    ),
    [{}, {}],
  ],
  [
    'a schema as text/xml',
    [idf, aux('setup', 'a.XSD', '<xs:schema xmlns:xs="x"/>', 'text/xml')],
    [{}, { file_type: 'xsd' }],
  ],
  [
    'a name in capitals with a path of Windows',
    [idf, aux('table', 'C:\\data\\SERIES.CSV', 'a,b\n')],
    [{}, { original_filename: 'SERIES.CSV', file_type: 'csv' }],
  ],
  [
    'a name in another script',
    [idf, aux('table', 'данные 数据.csv', 'a,b\n')],
    [{}, { original_filename: 'данные 数据.csv' }],
  ],
  ['a full-width name', [idf, aux('table', 'ａ／ｂ.csv', 'a,b\n')], [{}, { original_filename: 'b.csv' }]],
  [
    'the files of all slots, before the model',
    [aux('setup', 'a.json', '1'), aux('table', 'a.csv', 'a'), aux('weather', 'a.epw', weatherFile()), idf],
    [{ role: 'primary' }, { slot: 'weather' }, { slot: 'table' }, { slot: 'setup' }],
  ],
  [
    'fields that a browser left empty',
    [idf, aux('table', '', ''), { name: 'name', content: '' }, { name: 'metadata', content: '' }],
    [{ role: 'primary' }],
  ],
  [
    'fields that a browser left empty, beside filled ones in any order',
    [
      { name: 'payload', fileName: '', content: '' },
      aux('table', '', ''),
      idf,
      aux('table', 'a.csv', 'a'),
      { name: 'payload', fileName: '', content: '', type: 'application/octet-stream' },
      { name: 'file', fileName: '', content: '' },
      aux('table', '', ''),
    ],
    [{ role: 'primary' }, { slot: 'table' }],
  ],
]

it.each(accepted)('%s', async (_, sent, shown, findings = []) => {
  expect((await calls.check('open', sent)).body).toEqual({ acceptable: true, details: [] })
  const { status, body } = await calls.launch('open', sent)
  expect(status, JSON.stringify(body)).toBe(202)
  expect(body.files).toMatchObject(shown)
  expect(
    body.findings.map(
      (one: { severity: string; code: string; file: string }) => `${one.severity} ${one.code} ${one.file}`,
    ),
  ).toEqual(findings)
})

it('a name of a run is kept without what nobody sees in it', async () => {
  const { status, body } = await calls.launch('open', [
    idf,
    { name: 'name', content: ' \u202Egnp\u2066.Mon\u200Bday\uFEFF ' },
  ])
  expect([status, body.name]).toEqual([202, 'gnp.Monday'])
  const hidden = await calls.launch('open', [idf, { name: 'name', content: '\u202E\u2069' }])
  expect([hidden.status, hidden.body.name]).toEqual([202, null])
})

it.each([
  ['a type with a dot in it', { ...idf, fileName: 'Plant.TAR.GZ' }, 'tar.gz'],
  ['JSON without a name, for a type that is JSON', model, 'epjson'],
  ['bytes without a name, whatever they are', { name: 'payload', content: 'Version,24.1;' }, null],
])('a workflow of given types takes %s', async (_, part, file_type) => {
  const { status, body } = await calls.launch('models', [part])
  expect(status, JSON.stringify(body)).toBe(202)
  expect(body.files).toMatchObject([{ file_type }])
})
