import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { weatherFile, weatherRow } from '../../test/helpers/file-contents.ts'
import { inspectContent, inspected } from './check-content.ts'
import type { ContentRules } from './checks/content-checks.ts'
import { findFileType, readFileTypes } from './file-types.ts'

const { types } = readFileTypes({
  idf: { mime_type: 'text/plain', max_size_mb: 1 },
  fmu: { mime_type: 'application/zip', max_size_mb: 1 },
})

function typeOf(extension: string) {
  const type = findFileType(types, extension)
  if (type === undefined) throw new Error(`No type ${extension}`)
  return type
}

function findingsIn(extension: string, content: string | Buffer, rules: ContentRules = {}) {
  const inspection = inspectContent(typeOf(extension), rules)
  inspection.push(Buffer.from(content as string))
  return inspection.end()
}

const bytes = (hex: string, rest = '') => Buffer.concat([Buffer.from(hex, 'hex'), Buffer.from(rest)])
const bom = '\uFEFF'

const accepted: [string, string, string | Buffer][] = [
  ['epw', 'a day of hours', weatherFile()],
  ['epw', 'line ends of Windows', weatherFile({ lineEnd: '\r\n' })],
  ['epw', 'no line end at the end', weatherFile().trimEnd()],
  ['epw', 'blank lines at the end', `${weatherFile({ lineEnd: '\r\n' })}\r\n\r\n`],
  ['epw', 'a 0x1A at the end', `${weatherFile()}\x1a`],
  [
    'epw',
    'quarters of an hour',
    weatherFile({ rows: 96, header: (h) => h.with(7, 'DATA PERIODS,1,4,Data,Sunday,1/1,1/1') }),
  ],
  [
    'epw',
    'HOLIDAYS/DAYLIGHT SAVING',
    weatherFile({ header: (h) => h.with(4, 'HOLIDAYS/DAYLIGHT SAVING,No,0,0,0') }),
  ],
  ['epw', 'a comment without a comma', weatherFile({ header: (h) => h.with(6, 'COMMENTS 2') })],
  [
    'epw',
    'a place in UTF-8',
    weatherFile({ header: (h) => h.with(0, 'LOCATION,Zürich,-,CHE,IWEC,066600,47.38,8.57,1.0,569.0') }),
  ],
  ['csv', 'commas', 'a,b\n1,2\n'],
  ['csv', 'semicolons and decimal commas', 'a;b, of c;d, of e\r\n1,5;2,5;3\r\n1;2;3'],
  ['csv', 'tabs', 'a\tb\n1\t2'],
  ['csv', 'pipes', 'a|b\n1|2'],
  ['csv', 'one column', 'temperature\n1\n2\n'],
  ['csv', 'quoted line ends and quotes', 'a,b\n"x\r\ny, ""z""",2\n3,4\n'],
  ['csv', 'a byte order mark', `${bom}"a",b\n1,2\n`],
  ['csv', 'blank lines', 'a,b\n\n1,2\n\n\n'],
  ['csv', 'carriage returns alone', 'a,b\r1,2\r'],
  ['csv', 'an inch', 'a,b\n5" pipe,2\n'],
  ['csv', 'a column MZ', 'MZ,intensity\n100.1,5\n'],
  ['json', 'an object', '{"a": [1, -2.5e+3, true, false, null, {"b": "\\u00e9\\n"}]}\n'],
  ['json', 'a number alone', ' 0 '],
  ['json', 'a byte order mark', `${bom}{}`],
  ['json', 'the same key in two objects', '[{"a":1},{"a":2,"b":{"a":3}}]'],
  ['json', 'a lone surrogate as an escape', '["\\ud800"]'],
  ['json', 'a depth of 200', `${'['.repeat(200)}${']'.repeat(200)}`],
  [
    'xml',
    'a document',
    '<?xml version="1.0" encoding="utf-8" standalone=\'yes\'?>\n<!-- c --><a x="1" y=\'"\'>t &amp; &#xE9;<b/><![CDATA[<&]]]]></a >\n<?p i?>\n',
  ],
  ['xml', 'a byte order mark', `${bom}<?xml version="1.0"?><a/>`],
  ['xml', 'names beyond ASCII', '<größe einheit="m²">1</größe>'],
  ['xml', 'brackets in text', '<a>]] > ]]</a>'],
  ['xsd', 'a schema', '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"/>'],
  ['rng', 'a schema', '<grammar xmlns="http://relaxng.org/ns/structure/1.0"></grammar>'],
  ['dtd', 'declarations', '<!ELEMENT a (b*)>\n<!ENTITY % x SYSTEM "http://example.com/x.ent">\n'],
  ['idf', 'Latin-1', bytes('e9', ',x')],
  ['fmu', 'a ZIP archive', bytes('504b0304', 'x\0y')],
]

const refused: [string, string, string | Buffer, string | string[]][] = [
  ['epw', 'nothing', '', 'is empty; a file with content is needed'],
  ['fmu', 'nothing', '', 'is empty; a file with content is needed'],
  [
    'csv',
    'an ELF program',
    bytes('7f454c46020101', '\0\0'),
    'is an ELF program by its first bytes, and a file of type csv is text',
  ],
  [
    'epw',
    'a Windows program',
    bytes('4d5a90000300'),
    'is a Windows program by its first bytes, and a file of type epw is text',
  ],
  [
    'csv',
    'a word that begins like a Windows program',
    'MZthis program',
    'is a Windows program by its first bytes, and a file of type csv is text',
  ],
  ...['feedface', 'feedfacf', 'cefaedfe', 'cffaedfe'].map((magic): [string, string, Buffer, string] => [
    'json',
    `Mach-O ${magic}`,
    bytes(magic),
    'is a Mach-O program by its first bytes, and a file of type json is text',
  ]),
  [
    'json',
    'a universal program',
    bytes('cafebabe00000002'),
    'is a universal Mach-O program or a Java class by its first bytes, and a file of type json is text',
  ],
  [
    'csv',
    'a ZIP archive',
    bytes('504b030414'),
    'is a ZIP archive (as Excel and Word files are) by its first bytes, and a file of type csv is text',
  ],
  ['csv', 'gzip', bytes('1f8b0800'), 'is a gzip archive by its first bytes, and a file of type csv is text'],
  [
    'csv',
    'bzip2',
    bytes('425a6839314159265359'),
    'is a bzip2 archive by its first bytes, and a file of type csv is text',
  ],
  ['csv', 'xz', bytes('fd377a585a00'), 'is an xz archive by its first bytes, and a file of type csv is text'],
  [
    'csv',
    'zstd',
    bytes('28b52ffd24'),
    'is a Zstandard archive by its first bytes, and a file of type csv is text',
  ],
  ['xml', '7z', bytes('377abcaf271c'), 'is a 7z archive by its first bytes, and a file of type xml is text'],
  ['xml', 'PDF', '%PDF-1.7\n', 'is a PDF document by its first bytes, and a file of type xml is text'],
  [
    'idf',
    'a script',
    '#!/bin/sh\n',
    'is a script (it begins with #!) by its first bytes, and a file of type idf is text',
  ],
  ['idf', 'a NUL', 'Version,\0', 'has a NUL byte at offset 8, and text has none'],
  ['csv', 'UTF-16', bytes('fffe61002c00'), 'begins with the byte order mark of UTF-16; save it as UTF-8'],
  [
    'json',
    'UTF-32',
    bytes('0000feff0000007b'),
    'begins with the byte order mark of UTF-32; save it as UTF-8',
  ],
  [
    'csv',
    'Latin-1',
    bytes('612c62', '').fill(0xe9, 2),
    'has the byte 0xE9 at offset 2, which is not valid UTF-8; save it as UTF-8',
  ],
  [
    'json',
    'a cut character',
    bytes('22e282'),
    [
      'has the byte 0xE2 at offset 1, which is not valid UTF-8; save it as UTF-8',
      'ends in line 1 where a closing quote is needed',
    ],
  ],
  [
    'dtd',
    'Latin-1',
    bytes('3c212d2d20e9202d2d3e'),
    'has the byte 0xE9 at offset 5, which is not valid UTF-8; save it as UTF-8',
  ],
  [
    'epw',
    'no LOCATION',
    weatherFile({ header: (h) => h.slice(1) }),
    'line 1 begins with "DESIGN CONDITIONS", and "LOCATION," is needed there',
  ],
  [
    'epw',
    'headers out of order',
    weatherFile({ header: (h) => h.with(2, h[3] ?? '').with(3, h[2] ?? '') }),
    'line 3 begins with "GROUND TEMPERATURES", and "TYPICAL/EXTREME PERIODS," is needed there',
  ],
  [
    'epw',
    'a header of its own',
    'LOCATION,x\nnonsense\n',
    'line 2 begins with "nonsense", and "DESIGN CONDITIONS," is needed there',
  ],
  [
    'epw',
    'a header that ends',
    'LOCATION,x\nDESIGN CONDITIONS,0\n',
    'ends after line 2, before its header line "TYPICAL/EXTREME PERIODS"; eight are needed',
  ],
  [
    'epw',
    'no records an hour',
    weatherFile({ header: (h) => h.with(7, 'DATA PERIODS,1,7,Data') }),
    'line 8 begins with "DATA PERIODS,1,7"; "DATA PERIODS", a count of periods and a count of records an hour that divides 60 are needed',
  ],
  [
    'epw',
    'no rows',
    weatherFile({ rows: 0 }),
    'has no rows of weather data after its header; whole days of them are needed',
  ],
  [
    'epw',
    'a row too short',
    weatherFile({ row: (i) => weatherRow(i === 0 ? 34 : 35) }),
    'line 9 has 34 fields, and every row of weather data has 35',
  ],
  [
    'epw',
    'a row too long',
    weatherFile({ row: (i) => weatherRow(i === 23 ? 36 : 35) }),
    'line 32 has 36 fields, and every row of weather data has 35',
  ],
  [
    'epw',
    'part of a day',
    weatherFile({ rows: 25 }),
    'ends at line 33 with 25 rows of weather data, and whole days of 24 rows are needed',
  ],
  [
    'epw',
    'a gap',
    weatherFile({ row: (i) => (i === 3 ? '' : weatherRow()) }),
    'line 12 is blank, and EnergyPlus stops reading there; rows need to follow one another',
  ],
  ['csv', 'blank lines only', '\n\r\n\n', 'holds only blank lines; at least one row is needed'],
  [
    'csv',
    'a ragged row',
    'a,b,c\n1,2,3\n1,2\n',
    'line 3 has 2 columns, and line 1 has 3; every row needs as many',
  ],
  [
    'csv',
    'a ragged row after quoted line ends',
    'a,b\n"x\ny",1\n1\n',
    'line 4 has 1 column, and line 1 has 2; every row needs as many',
  ],
  ['csv', 'two delimiters', 'a,b\n1;2\n', 'line 2 has 1 column, and line 1 has 2; every row needs as many'],
  [
    'csv',
    'a title above',
    'Results\na;b\n',
    'line 2 has 2 columns, and line 1 has 1; every row needs as many',
  ],
  [
    'csv',
    'an open quote',
    'a,b\n"1,2\n3,4\n',
    'ends within a quoted field that begins in line 2; a closing quote is needed',
  ],
  [
    'csv',
    'a lone quote',
    'a,b\n"1"2,3\n',
    'line 2 has text after a closing quote; a quote inside a quoted field needs to be doubled',
  ],
  ['json', 'a comma too many', '{"a": 1,}', 'line 1 has "}" where a key in double quotes is needed'],
  ['json', 'single quotes', "{'a': 1}", 'line 1 has "\'" where a key in double quotes or "}" is needed'],
  ['json', 'a leading zero', '[\n01]', 'line 2 has "1" where "," or "]" is needed'],
  ['json', 'NaN', '{"a": NaN}', 'line 1 has "N" where a value is needed'],
  [
    'json',
    'a line end in a string',
    '["a\nb"]',
    'line 1 has a line end where an escape instead of a control character is needed',
  ],
  ['json', 'two values', '{}{}', 'line 1 has "{" where nothing more is needed'],
  ['json', 'an end too early', '{"a": [1', 'ends in line 1 where "," or "]" is needed'],
  ['json', 'white space only', ' \n ', 'ends in line 2 where a value is needed'],
  [
    'json',
    'a depth of 201',
    `${'['.repeat(201)}`,
    'line 1 is nested deeper than 200, which is the most allowed',
  ],
  [
    'json',
    'keys twice',
    '{"a":1,\n"\\u0061":2, "é":1, "\\u00e9": 2}',
    [
      'line 2 has the key "a" a second time in one object; keys need to differ',
      'line 2 has the key "é" a second time in one object; keys need to differ',
    ],
  ],
  ['xml', 'an open element', '<a>\n<b>', 'ends in line 2 within <b> of line 2; its end tag is needed'],
  ['xml', 'tags crossed', '<a>\n<b></a></b>', 'line 2 closes </a>, and <b> of line 2 is open'],
  ['xml', 'no element', '<!-- only this -->', 'ends in line 1 without an element; a root element is needed'],
  ['xml', 'two roots', '<a/><b/>', 'line 1 has <b> where nothing more after the root element is needed'],
  ['xml', 'text after the root', '<a/>x', 'line 1 has "x" where markup or white space is needed'],
  [
    'xml',
    'an attribute twice',
    '<a x="1" x="2"/>',
    'line 1 has the attribute "x" a second time; names need to differ',
  ],
  [
    'xml',
    'an attribute without quotes',
    '<a x=1/>',
    'line 1 has "1" where a quote before the attribute\'s value is needed',
  ],
  [
    'xml',
    'attributes without a space',
    '<a x="1"y="2"/>',
    'line 1 has "y" where white space, "/" or ">" after the attribute\'s value is needed',
  ],
  [
    'xml',
    'an entity of its own',
    '<a>&nbsp;</a>',
    'line 1 uses the entity &nbsp;; only &amp; &lt; &gt; &apos; &quot; and character references are allowed',
  ],
  [
    'xml',
    'a reference to no character',
    '<a>&#0;</a>',
    'line 1 refers with &#0; to a character that XML 1.0 cannot hold; leave it out',
  ],
  [
    'xml',
    'a bare ampersand',
    '<a>R & D</a>',
    'line 1 has a space where an entity like &amp; or &#160; (an "&" of text is written &amp;) is needed',
  ],
  [
    'xml',
    'a DOCTYPE',
    '<?xml version="1.0"?>\n<!DOCTYPE a SYSTEM "http://example.com/a.dtd">\n<a/>',
    'line 2 has a DOCTYPE, which is not allowed here; leave it out',
  ],
  [
    'xml',
    'another encoding',
    '<?xml version="1.0" encoding="ISO-8859-1"?><a/>',
    'line 1 declares the encoding "ISO-8859-1"; save it as UTF-8 and declare that',
  ],
  [
    'xml',
    'white space before the declaration',
    '\n<?xml version="1.0"?><a/>',
    'line 2 has an XML declaration where other markup (a declaration stands at the very beginning) is needed',
  ],
  [
    'xml',
    'a declaration within',
    '<a><?xml version="1.0"?></a>',
    'line 1 has an XML declaration where other markup (a declaration stands at the very beginning) is needed',
  ],
  [
    'xml',
    'a declaration without a version',
    '<?xml encoding="UTF-8"?><a/>',
    'line 1 has an XML declaration where <?xml version="1.0" encoding="UTF-8"?> is needed',
  ],
  [
    'xml',
    '-- in a comment',
    '<a><!-- a -- b --></a>',
    'line 1 has a space where ">" (a comment may not hold "--") is needed',
  ],
  ['xml', ']]> in text', '<a>]]></a>', 'line 1 has ">" where "]]&gt;" instead of "]]>" in text is needed'],
  [
    'xml',
    'a control character',
    '<a>\x01</a>',
    'line 1 has the byte 0x01 where a character that XML may hold is needed',
  ],
  [
    'xml',
    '< in an attribute',
    '<a x="<"/>',
    'line 1 has "<" where a value without "<" (it is written &lt;) is needed',
  ],
  ['xml', 'an end within a tag', '<a x="1', 'ends in line 1 within markup; the rest of it is needed'],
  [
    'xml',
    'a depth of 1001',
    '<a>'.repeat(1001),
    'line 1 has too many nested elements; 1000 levels at most are allowed',
  ],
  [
    'xsd',
    'an HTML page',
    '<!doctype html><p>',
    'line 1 has "d" where "<!--" or, within an element, "<![CDATA[" is needed',
  ],
]

describe('content', () => {
  it.each(accepted)('%s: %s is accepted', (extension, _, content) => {
    expect(findingsIn(extension, content)).toEqual([])
  })

  it.each(refused)('%s: %s is refused', (extension, _, content, expected) => {
    const found = findingsIn(extension, content)
    expect(found.map(({ message }) => message)).toEqual([expected].flat())
    expect(found.every(({ severity }) => severity === 'error')).toBe(true)
  })

  it('of a weather file may be Latin-1, with a remark', () => {
    const content = Buffer.from(weatherFile({ header: (h) => h.with(0, 'LOCATION,Zürich,-,CHE') }), 'latin1')
    expect(findingsIn('epw', content)).toEqual([
      {
        code: 'latin1',
        severity: 'info',
        message: 'is read as Latin-1, since the byte 0xFC at offset 10 is not valid UTF-8',
        line: null,
        offset: 10,
      },
    ])
  })

  it('of a weather file may begin with a byte order mark, with a warning', () => {
    expect(findingsIn('epw', `${bom}${weatherFile()}`)).toMatchObject([
      { code: 'byte_order_mark', severity: 'warning' },
    ])
  })

  it('has a place in every finding of a line', () => {
    expect(findingsIn('epw', weatherFile({ row: () => '1,2' }))).toEqual([
      {
        code: 'epw_fields',
        severity: 'error',
        message: 'line 9 has 2 fields, and every row of weather data has 35',
        line: 9,
        offset: null,
      },
    ])
  })

  it('with several faults has all of them told', () => {
    const codes = findingsIn('csv', Buffer.from('a,b\n\xe9,2\n\0,3,4\n', 'latin1')).map(({ code }) => code)
    expect(codes).toEqual(['nul_byte', 'not_utf8', 'csv_columns'])
  })

  it('is found the same however it is split', () => {
    const contents = [...accepted, ...refused].map(([extension, , content]) => ({
      extension,
      content: Buffer.from(content as string),
    }))
    for (const { extension, content } of contents.filter(({ content }) => content.length < 5000)) {
      const inspection = inspectContent(typeOf(extension))
      for (const byte of content) inspection.push(Buffer.from([byte]))
      expect(inspection.end()).toEqual(findingsIn(extension, content))
    }
    fc.assert(
      fc.property(
        fc.constantFrom(...contents),
        fc.array(fc.nat(200), { maxLength: 20 }),
        ({ extension, content }, cuts) => {
          const inspection = inspectContent(typeOf(extension))
          let from = 0
          for (const cut of cuts) {
            inspection.push(content.subarray(from, from + cut))
            from += cut
          }
          inspection.push(content.subarray(from))
          expect(inspection.end()).toEqual(findingsIn(extension, content))
        },
      ),
      { numRuns: 500 },
    )
  })

  it('never makes a check throw, and splits never matter, for any bytes', () => {
    const noise = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc
        .array(fc.constantFrom(...'<>/!?-[]&;#x"\'= \n\r,{}:a1\\uéDOCTYPE'), { maxLength: 200 })
        .map((parts) => Buffer.from(parts.join(''))),
    )
    fc.assert(
      fc.property(
        fc.constantFrom(...types.keys()),
        noise,
        fc.boolean(),
        fc.nat(200),
        (extension, content, allowDoctype, cut) => {
          const whole = findingsIn(extension, Buffer.from(content), { allowDoctype })
          const inspection = inspectContent(typeOf(extension), { allowDoctype })
          inspection.push(Buffer.from(content).subarray(0, cut))
          inspection.push(Buffer.from(content).subarray(cut))
          expect(inspection.end()).toEqual(whole)
        },
      ),
      { numRuns: 5000 },
    )
  })
})

describe('a stream that is looked at', () => {
  it('brings the same bytes', async () => {
    const inspection = inspectContent(typeOf('csv'))
    const content = await buffer(
      inspected(Readable.from([Buffer.from('a,b\n1'), Buffer.from(',2\n')]), inspection),
    )
    expect(content.toString()).toBe('a,b\n1,2\n')
    expect(inspection.end()).toEqual([])
  })

  it('fails with the fault of its source', async () => {
    const source = new Readable({ read() {} })
    const stream = inspected(source, inspectContent(typeOf('csv')))
    source.destroy(new Error('the client went'))
    await expect(buffer(stream)).rejects.toThrow('the client went')
  })
})
