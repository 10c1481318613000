import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type RawSocket, sendRaw } from '../helpers/raw-client.ts'
import { startTestApp, type TestApp } from '../helpers/test-app.ts'

const megabyte = 1024 * 1024
const lingerMs = 1500

let app: TestApp
let url: string
beforeAll(async () => {
  app = await startTestApp({
    limits: { bodyBytes: 2 * megabyte, lingerMs, slowBodyMs: 400, slowBodyBytes: 100 },
  })
  url = await app.listen()
})
afterAll(() => app.stop())

function head(length: number | 'chunked', token = app.ownerToken): string {
  return [
    'POST /api/v1/jobs HTTP/1.1',
    'host: waybill',
    `authorization: Bearer ${token}`,
    'content-type: application/json',
    length === 'chunked' ? 'transfer-encoding: chunked' : `content-length: ${length}`,
    '',
    '',
  ].join('\r\n')
}

const piece = Buffer.alloc(megabyte, ' ')
const chunk = Buffer.concat([Buffer.from(`${megabyte.toString(16)}\r\n`), piece, Buffer.from('\r\n')])

async function sendSixtyMegabytes(socket: RawSocket, kind: 'length' | 'chunked', token?: string) {
  await socket.write(head(kind === 'length' ? 60 * megabyte : 'chunked', token))
  for (let sent = 0; sent < 60 && !socket.closed; sent++)
    await socket.write(kind === 'length' ? piece : chunk)
  if (kind === 'chunked') await socket.write('0\r\n\r\n')
}

describe('a body over the limit', () => {
  it.each(['length', 'chunked'] as const)(
    'is refused with a 413 that its sender reads, ten times of ten (%s)',
    async (kind) => {
      for (let round = 0; round < 10; round++) {
        const answer = await sendRaw(url, (socket) => sendSixtyMegabytes(socket, kind))
        expect(answer.status).toBe(413)
        expect(answer.text).toContain('over the limit of 2 MB')
        expect(answer.text.toLowerCase()).toContain('connection: close')
        expect(answer.reset).toBe(false)
      }
    },
  )

  it('is refused at once, while it still comes', async () => {
    let answeredAfterMs = 0
    const answer = await sendRaw(url, async (socket) => {
      const startedAt = Date.now()
      await socket.write(head(60 * megabyte))
      await socket.write(piece)
      await socket.firstByte()
      answeredAfterMs = Date.now() - startedAt
    })
    expect(answer.status).toBe(413)
    expect(answeredAfterMs).toBeLessThan(lingerMs / 2)
    expect(answer.tookMs).toBeGreaterThan(lingerMs - 100)
    expect(answer.tookMs).toBeLessThan(lingerMs + 2000)
  })

  it('is not what a body of exactly the limit is', async () => {
    const text = JSON.stringify({ job: {} }).padEnd(2 * megabyte)
    expect((await app.request('POST', '/api/v1/jobs', text)).status).toBe(422)
    expect((await app.request('POST', '/api/v1/jobs', `${text} `)).status).toBe(413)
  })
})

describe('a request that is refused for another reason while its body comes', () => {
  it.each(['length', 'chunked'] as const)('lets its sender read the 401 (%s)', async (kind) => {
    for (let round = 0; round < 5; round++) {
      const answer = await sendRaw(url, (socket) => sendSixtyMegabytes(socket, kind, 'wb_wrong'))
      expect([answer.status, answer.reset]).toEqual([401, false])
      expect(answer.text).toContain('{"error":"Unauthorized","code":"unauthorized","details":[]}')
    }
  })

  it('keeps the connection where the body was read whole', async () => {
    const answers = await sendRaw(url, async (socket) => {
      await socket.write(`${head(3)}{x}`)
      await sleep(300)
      await socket.write(head(2).replace('\r\n\r\n', '\r\nconnection: close\r\n\r\n'))
      await socket.write('{}')
    })
    expect([...answers.text.matchAll(/HTTP\/1\.1 (\d+)/g)].map((match) => match[1])).toEqual(['400', '422'])
  })
})

describe('a slow sender', () => {
  it('that sends nothing more is refused and closed', async () => {
    const answer = await sendRaw(url, async (socket) => socket.write(`${head(100)}{`))
    expect(answer.status).toBe(400)
    expect(answer.text).toContain('came too slowly')
    expect(answer.tookMs).toBeLessThan(400 * 3 + lingerMs + 1000)
  })

  it('that drips is refused too', async () => {
    const answer = await sendRaw(url, async (socket) => {
      await socket.write(head(100_000))
      await socket.drip(50)
    })
    expect(answer.status).toBe(400)
    expect(answer.text).toContain('came too slowly')
  })

  it('that brings enough may take as long as it needs', async () => {
    const text = JSON.stringify({ job: {} }).padEnd(4000)
    const answer = await sendRaw(url, async (socket) => {
      await socket.write(head(text.length).replace('\r\n\r\n', '\r\nconnection: close\r\n\r\n'))
      for (let from = 0; from < text.length; from += 100) {
        await socket.write(text.slice(from, from + 100))
        await sleep(50)
      }
    })
    expect(answer.status).toBe(422)
    expect(answer.tookMs).toBeGreaterThan(1500)
  })

  it('that goes away leaves nothing behind', async () => {
    await sendRaw(url, async (socket) => {
      await socket.write(`${head(100)}{`)
      socket.destroy()
    })
    expect((await app.request('GET', '/healthz', undefined, '')).status).toBe(200)
  })
})

describe('what is no request', () => {
  it.each([
    ['no HTTP', 'hello\r\n\r\n'],
    ['no host', 'GET /healthz HTTP/1.1\r\nconnection: close\r\n\r\n'],
    [
      'an unknown expectation',
      'GET /nothing HTTP/1.1\r\nhost: x\r\nexpect: banana\r\nconnection: close\r\n\r\n',
    ],
    ['headers past the limit', `GET / HTTP/1.1\r\nhost: x\r\nx-big: ${'a'.repeat(100_000)}\r\n\r\n`],
    ['an address past the limit', `GET /${'a'.repeat(100_000)} HTTP/1.1\r\nhost: x\r\n\r\n`],
    [
      'a length and chunks',
      'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\nabc',
    ],
    [
      'a broken chunk',
      `${'POST /api/v1/jobs HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n'}zz\r\n`,
    ],
  ])('is answered in the shape of every error: %s', async (_, bytes) => {
    const answer = await sendRaw(url, (socket) => socket.write(bytes))
    expect(answer.status).toBeGreaterThanOrEqual(400)
    expect(answer.status).toBeLessThan(500)
    expect(answer.text).toMatch(/\{"error":".+","code":"\w+","details":\[\]\}/)
  })
})
