import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { weatherFile } from '../helpers/file-contents.ts'
import { type RawSocket, sendRaw } from '../helpers/raw-client.ts'
import { aux, formOf, formType, model, runCalls, traces } from '../helpers/submissions.ts'
import { startTestApp, type TestApp } from '../helpers/test-app.ts'
import { submitterStep, weatherSlot, workflowCalls } from '../helpers/workflows.ts'

const mb = 1_048_576
let app: TestApp
let url: string
let calls: ReturnType<typeof runCalls>
beforeAll(async () => {
  app = await startTestApp({ limits: { lingerMs: 1500, slowBodyMs: 400, slowBodyBytes: 100 } })
  url = await app.listen()
  calls = runCalls(app)
  await workflowCalls(app).create({
    slug: 'energy',
    auxiliary_file_slots: [weatherSlot],
    steps: [submitterStep],
  })
  // What is started for a first upload is there, and no test waits for it.
  expect((await calls.launch('energy', parts)).status).toBe(202)
})
afterAll(() => app.stop())

const parts = [model, aux('weather_file', 'chicago.epw', weatherFile({ rows: 2400 }))]
const body = formOf(parts)

function head(length: number | 'chunked', more: string[] = []): string {
  return [
    'POST /api/v1/org/default/workflows/energy/runs/ HTTP/1.1',
    'host: waybill',
    `authorization: Bearer ${app.ownerToken}`,
    `content-type: ${formType()}`,
    length === 'chunked' ? 'transfer-encoding: chunked' : `content-length: ${length}`,
    ...more,
    '',
    '',
  ].join('\r\n')
}

/** What a request that broke off leaves is gone as soon as the server has seen it. */
async function expectTraces(before: object): Promise<void> {
  await vi.waitFor(async () => expect(await traces(app)).toEqual(before), { timeout: 5000, interval: 50 })
}

describe('a client that goes away', () => {
  it('at a random byte leaves nothing, thirty times', async () => {
    const before = await traces(app)
    for (let round = 0; round < 30; round += 1) {
      const cut = Math.floor(Math.random() * body.length)
      await sendRaw(url, async (socket) => {
        await socket.write(head(body.length))
        await socket.write(body.subarray(0, cut))
        if (round % 3 === 0) await sleep(20)
        socket.destroy()
      })
    }
    await expectTraces(before)
  })

  it('after all of it may still have launched a run, whole or not at all', async () => {
    await sendRaw(url, async (socket) => {
      await socket.write(head(body.length))
      await socket.write(body)
      socket.destroy()
    })
    await sleep(500)
    const left = (await traces(app)) as { runs: number; stored: string[]; intents: number }
    expect(left.intents).toBe(0)
    expect(left.stored).toHaveLength(left.runs * 2)
  })
})

describe('a length that is not that of the body', () => {
  it('refuses what ends early', async () => {
    const before = await traces(app)
    const answer = await sendRaw(url, async (socket) => {
      await socket.write(head(body.length + 1000, ['connection: close']))
      await socket.write(body)
    })
    expect([answer.status, answer.text]).toEqual([400, expect.stringContaining('came too slowly')])
    await expectTraces(before)
  })

  it('refuses what is cut', async () => {
    const before = await traces(app)
    const answer = await sendRaw(url, async (socket) => {
      await socket.write(head(body.length - 1000, ['connection: close']))
      await socket.write(body.subarray(0, body.length - 1000))
    })
    expect([answer.status, answer.text]).toEqual([400, expect.stringContaining('ends within the part')])
    await expectTraces(before)
  })
})

describe('a slow client', () => {
  it('that stops in the middle is refused, and nothing comes of what it sends later', async () => {
    const before = await traces(app)
    const answer = await sendRaw(url, async (socket) => {
      await socket.write(head(body.length))
      await socket.write(body.subarray(0, 5000))
      await socket.firstByte()
      await socket.write(body.subarray(5000))
    })
    expect(answer.status).toBe(400)
    await sleep(300)
    await expectTraces(before)
  })
})

describe('60 MB for a slot of 20 MB', () => {
  const piece = Buffer.alloc(mb, 'x')
  const start = formOf([aux('weather_file', 'chicago.epw', '')]).subarray(0, -'\r\n--boundary--\r\n'.length)
  const chunk = Buffer.concat([Buffer.from(`${mb.toString(16)}\r\n`), piece, Buffer.from('\r\n')])

  async function send(socket: RawSocket, kind: 'length' | 'chunked') {
    await socket.write(head(kind === 'length' ? start.length + 60 * mb : 'chunked'))
    const first = Buffer.concat([Buffer.from(`${start.length.toString(16)}\r\n`), start, Buffer.from('\r\n')])
    await socket.write(kind === 'length' ? start : first)
    for (let sent = 0; sent < 60 && !socket.closed; sent += 1) {
      await socket.write(kind === 'length' ? piece : chunk)
    }
    if (kind === 'chunked') await socket.write('0\r\n\r\n')
  }

  it.each(['length', 'chunked'] as const)(
    'is a 413 that its sender reads, ten times of ten (%s)',
    async (kind) => {
      const before = await traces(app)
      for (let round = 0; round < 10; round += 1) {
        const answer = await sendRaw(url, (socket) => send(socket, kind))
        expect([answer.status, answer.reset]).toEqual([413, false])
        expect(answer.text).toContain('aux_weather_file is over the limit of 20 MB')
      }
      await expectTraces(before)
    },
  )

  it('is answered at once, while it still comes and even when it has stopped', async () => {
    let answeredAfterMs = 0
    const answer = await sendRaw(url, async (socket) => {
      await socket.write(head(start.length + 60 * mb))
      await socket.write(start)
      const startedAt = Date.now()
      const answered = socket.firstByte()
      for (let sent = 0; sent < 21; sent += 1) await socket.write(piece)
      await answered
      answeredAfterMs = Date.now() - startedAt
    })
    expect(answer.status).toBe(413)
    expect(answeredAfterMs).toBeLessThan(3000)
  })
})

describe('a retry with an Idempotency-Key', () => {
  const parts = (weather = weatherFile(), name = 'chicago.epw') => [model, aux('weather_file', name, weather)]

  it('is given the first answer under another boundary and in another order, and stores nothing', async () => {
    const first = await calls.launch('energy', parts(), { key: 'k1' })
    const after = await traces(app)
    const again = await calls.launch('energy', parts().reverse(), { key: 'k1', boundary: 'another' })
    expect([again.status, again.body]).toEqual([202, first.body])
    expect(again.headers.get('idempotent-replay')).toBe('true')
    expect(again.headers.get('location')).toBe(first.headers.get('location'))
    expect(await traces(app)).toEqual(after)
  })

  it('is 422 with one changed byte, another name, another slot of metadata', async () => {
    await calls.launch('energy', parts(), { key: 'k2' })
    const after = await traces(app)
    for (const changed of [
      parts(weatherFile().replace('Chicago', 'chicago')),
      parts(undefined, 'boston.epw'),
      [...parts(), { name: 'metadata', content: '{"a": 1}' }],
      [...parts(), { name: 'name', content: 'again' }],
    ]) {
      const answer = await calls.launch('energy', changed, { key: 'k2' })
      expect([answer.status, answer.body.code]).toEqual([422, 'idempotency_mismatch'])
    }
    expect(await traces(app)).toEqual(after)
  })

  it('of a refused submission may use its key', async () => {
    expect((await calls.launch('energy', [model], { key: 'k3' })).status).toBe(422)
    expect((await calls.launch('energy', parts(), { key: 'k3' })).status).toBe(202)
  })

  it('at the same moment makes one run, eight times over', async () => {
    const before = (await traces(app)) as { runs: number; stored: string[] }
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, i) => calls.launch('energy', parts(), { key: 'k4', boundary: `b${i}` })),
    )
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 202))
    expect(new Set(answers.map((answer) => answer.body.id)).size).toBe(1)
    const after = (await traces(app)) as { runs: number; stored: string[]; intents: number }
    expect([after.runs - before.runs, after.stored.length - before.stored.length, after.intents]).toEqual([
      1, 2, 0,
    ])
  })
})

it('two at once each have their own run and their own files', async () => {
  const launch = (name: string) =>
    calls.launch('energy', [{ ...model, content: name }, aux('weather_file', `${name}.epw`, weatherFile())])
  const [one, two] = await Promise.all([launch('one'), launch('two')])
  expect([one?.status, two?.status]).toEqual([202, 202])
  expect(one?.body.id).not.toBe(two?.body.id)
  expect(one?.body.files[1].uri).not.toBe(two?.body.files[1].uri)
})

it('a store that cannot be written to is 503 and leaves nothing', async () => {
  const broken = await startTestApp()
  const { rm, writeFile } = await import('node:fs/promises')
  await workflowCalls(broken).create({ slug: 'bare' })
  await rm(broken.store, { recursive: true })
  await writeFile(broken.store, 'a file where the folder was')
  const answer = await runCalls(broken).launch('bare', [model])
  expect([answer.status, answer.body.code]).toEqual([503, 'unavailable'])
  expect(answer.body.error).toBe(
    "The server's store cannot be reached; try again, and if that lasts, whoever runs this server has to see to it",
  )
  await rm(broken.store)
  await broken.stop()
})
