import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { boundaryOf, readMultipart } from './multipart-body.ts'

interface Sent {
  head: string
  content: string | Buffer
}

function bodyOf(parts: Sent[], boundary = 'b'): Buffer {
  const pieces = parts.flatMap(({ head, content }) => [`--${boundary}\r\n${head}\r\n\r\n`, content, '\r\n'])
  return Buffer.concat([...pieces, `--${boundary}--\r\n`].map((piece) => Buffer.from(piece)))
}

async function* chunksOf(bytes: Buffer, sizes: number[]): AsyncGenerator<Buffer> {
  let at = 0
  for (let i = 0; at < bytes.length; i += 1) {
    const size = sizes.length === 0 ? bytes.length : (sizes[i % sizes.length] ?? 1)
    yield bytes.subarray(at, at + size)
    at += size
  }
}

async function readAll(body: Buffer, { boundary = 'b', sizes = [] as number[], maxParts = 10 } = {}) {
  const parts = []
  for await (const { content, ...head } of readMultipart(chunksOf(body, sizes), boundary, maxParts)) {
    const chunks = []
    for await (const chunk of content) chunks.push(Buffer.from(chunk))
    parts.push({ ...head, content: Buffer.concat(chunks).toString() })
  }
  return parts
}

const named = (name: string, content = 'x') => ({
  head: `Content-Disposition: form-data; name="${name}"`,
  content,
})

describe('the parts of a body', () => {
  it('come in their order, with and without file name and type, empty ones too', async () => {
    const file =
      'content-disposition: form-data; name="aux_weather_file"; filename="chicago.epw"\r\ncontent-type: text/csv'
    const parts = [
      named('payload', '{"Building": {}}\r\n--'),
      { head: file, content: 'LOCATION,' },
      named('name', ''),
    ]
    expect(await readAll(bodyOf(parts))).toEqual([
      { name: 'payload', fileName: null, contentType: null, content: '{"Building": {}}\r\n--' },
      { name: 'aux_weather_file', fileName: 'chicago.epw', contentType: 'text/csv', content: 'LOCATION,' },
      { name: 'name', fileName: null, contentType: null, content: '' },
    ])
  })

  it('may be none, after a preamble, before an epilogue, with blanks after a boundary', async () => {
    expect(await readAll(Buffer.from('--b--'))).toEqual([])
    const body = Buffer.from(
      'to whom it may concern\r\n--b \t\r\nContent-Disposition: form-data; name=a\r\n\r\nx\r\n--b--\r\nbye',
    )
    expect(await readAll(body)).toMatchObject([{ name: 'a', content: 'x' }])
  })

  it('that nobody reads are passed over', async () => {
    const names = []
    const body = bodyOf([named('a', 'x'.repeat(100_000)), named('b', 'y')])
    for await (const part of readMultipart(chunksOf(body, [1000]), 'b', 10)) {
      names.push(part.name)
      for await (const _ of part.content) break
    }
    expect(names).toEqual(['a', 'b'])
  })

  it('are the same however the bytes are cut', async () => {
    const content = fc.oneof(
      fc.string(),
      fc.array(fc.constantFrom('\r', '\n', '-', 'b', '--b', '\r\n--', '\r\n-')).map((some) => some.join('')),
    )
    const contents = fc.array(
      content.filter((text) => !`\r\n${text}\r\n`.includes('\r\n--b')),
      { maxLength: 4 },
    )
    await fc.assert(
      fc.asyncProperty(
        contents,
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }),
        async (texts, sizes) => {
          const body = bodyOf(texts.map((text, i) => named(`${i}`, text)))
          const parts = await readAll(body, { sizes })
          expect(parts.map((part) => part.content)).toEqual(texts.map((text) => Buffer.from(text).toString()))
        },
      ),
    )
  })

  it('are refused where a file name is in a charset that is not read', async () => {
    const head = 'Content-Disposition: form-data; name="a"; filename*=windows-1252\'\'z%FCrich.epw'
    await expect(readAll(bodyOf([{ head, content: 'x' }]))).rejects.toThrow(
      "Part 1 of the body has a file name that cannot be read: \"windows-1252''z%FCrich.epw\"; send it as UTF-8''…",
    )
  })

  it('of a body cut anywhere end with an error, and never hang or come whole', async () => {
    const body = bodyOf([named('a', 'first'), named('b', 'second')])
    for (let length = 0; length < body.length - 4; length += 1) {
      await expect(readAll(body.subarray(0, length))).rejects.toMatchObject({ code: 'malformed_request' })
    }
  })
})

describe('names', () => {
  it.each([
    ['filename="a.epw"', 'a.epw'],
    ['filename=a.epw', 'a.epw'],
    ['filename="C:\\temp\\a.epw"', 'C:\\temp\\a.epw'],
    ['filename="say \\"hi\\".epw"', 'say "hi".epw'],
    ['filename="say %22hi%22%0D%0A.epw"', 'say "hi"\r\n.epw'],
    ['filename="100%.epw"', '100%.epw'],
    ['filename="Zürich.epw"', 'Zürich.epw'],
    ['filename="a;b=c.epw"', 'a;b=c.epw'],
    ['filename="x.epw"; filename*=UTF-8\'\'Z%C3%BCrich.epw', 'Zürich.epw'],
    ['filename="x.epw"; filename*=UTF-8\'\'%ff', 'x.epw'],
    ["filename*=ISO-8859-1''z%FCrich.epw", 'zürich.epw'],
    ["filename*=iso-8859-1'de'100%25.epw; filename=x.epw", '100%.epw'],
    ["filename=x.epw; filename*=windows-1252''z%FCrich.epw", 'x.epw'],
    ['filename=""', ''],
  ])('%s is %j', async (parameter, fileName) => {
    const head = `Content-Disposition: form-data; name="f"; ${parameter}`
    expect(await readAll(bodyOf([{ head, content: '' }]))).toMatchObject([{ name: 'f', fileName }])
  })

  it('that are not UTF-8 are read byte by byte', async () => {
    const body = Buffer.from(
      '--b\r\nContent-Disposition: form-data; name="f"; filename="Z\xfcrich.epw"\r\n\r\n\r\n--b--',
      'latin1',
    )
    expect(await readAll(body)).toMatchObject([{ fileName: 'Zürich.epw' }])
  })
})

describe('what is refused', () => {
  it.each([
    ['--c\r\n', 'does not begin with the boundary'],
    ['x'.repeat(100_000), 'does not begin with the boundary'],
    ['--bc\r\n', 'has a broken boundary before part 1'],
    ['--b\r\n\r\nx\r\n--b--', 'Part 1 of the body has no Content-Disposition'],
    ['--b\r\nContent-Disposition: attachment; name="a"\r\n\r\nx\r\n--b--', 'only form-data is read here'],
    ['--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--', 'Part 1 of the body has no name'],
    ['--b\r\nnonsense\r\n\r\nx\r\n--b--', 'that is no header: "nonsense"'],
    [`--b\r\nX: ${'x'.repeat(20_000)}\r\n\r\nx\r\n--b--`, 'has a head of over 16 KB before part 1'],
    [
      '--b\r\nContent-Disposition: form-data; name=a\r\nContent-Transfer-Encoding: base64\r\n\r\nx\r\n--b--',
      'is encoded as base64',
    ],
  ])('%.40j', async (body, message) => {
    await expect(readAll(Buffer.from(body))).rejects.toMatchObject({
      code: 'malformed_request',
      message: expect.stringContaining(message),
    })
  })

  it('more parts than have a meaning', async () => {
    const body = bodyOf(Array.from({ length: 11 }, () => named('a')))
    await expect(readAll(body)).rejects.toThrow('more than 10 parts')
  })
})

it('the boundary is read from the Content-Type', () => {
  expect(boundaryOf('multipart/form-data; boundary=----WebKitFormBoundary7MA')).toBe(
    '----WebKitFormBoundary7MA',
  )
  expect(boundaryOf('Multipart/Form-Data; charset=utf-8; boundary="a b"')).toBe('a b')
  expect(boundaryOf(`multipart/form-data; boundary=${'b'.repeat(70)}`)).toHaveLength(70)
  for (const none of [
    'multipart/form-data',
    'multipart/form-data; boundary=""',
    'multipart/mixed; boundary=b',
  ]) {
    expect(() => boundaryOf(none)).toThrow('names no boundary')
  }
  for (const long of ['b'.repeat(71), `"${'b'.repeat(71)}"`]) {
    expect(() => boundaryOf(`multipart/form-data; boundary=${long}`)).toThrow(
      'names a boundary of 71 characters; one of at most 70 is needed',
    )
  }
})
