import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startNode } from '../test/helpers/child-process.ts'
import { weatherFile } from '../test/helpers/file-contents.ts'
import { type BenchServer, withServer } from './bench-server.ts'
import { send, sendAll } from './http-client.ts'
import type { Variant } from './measure.ts'

/** As many as a server has behind it that runs for a while. */
const launchesBefore = 3000

/** Where submissions go, and the least that takes an upload beside it. */
export interface SubmissionBench {
  server: BenchServer
  launchUrl: string
  /** Writes each body to a file with its SHA-256; `/synced` waits for the disk. */
  bareUrl: string
  /** A body to either. */
  post(url: string, content: Buffer): Promise<unknown>
}

/** A server with one workflow, which takes a weather file beside its primary one, and has launched it often; and a bare server. */
export async function withSubmissions<T>(fn: (bench: SubmissionBench) => Promise<T>): Promise<T> {
  return await withServer(async (server) => {
    const slot = { slug: 'weather', label: 'Weather', allowed_file_types: ['epw'], required: false }
    const slots = [{ ...slot, max_size_bytes: 20_971_520 }]
    const body = { name: 'bench', slug: 'bench', auxiliary_file_slots: slots }
    await server.send('POST', '/api/v1/org/default/workflows', body)
    const launchUrl = `${server.url}/api/v1/org/default/workflows/bench/runs/`
    const type = 'multipart/form-data; boundary=b'
    const post = (url: string, content: Buffer) =>
      send({ method: 'POST', url, token: server.token, body: { type, content } })
    const launchOne = () => post(launchUrl, modelForm(fresh(model)))
    await sendAll(
      8,
      Array.from({ length: launchesBefore }, () => launchOne),
    )
    const folder = await mkdtemp(join(tmpdir(), 'waybill-bench-bare-'))
    const bare = startNode(['bench/bare-upload-server.js', folder])
    try {
      return await fn({ server, launchUrl, bareUrl: await bare.line('ready '), post })
    } finally {
      bare.process.kill()
      await rm(folder, { recursive: true, force: true })
    }
  })
}

let number = 0

/** Of other bytes each time, from `at` on: a copy of an earlier file would be stored as a link. */
export function fresh(content: Buffer, at = 0): Buffer {
  const copy = Buffer.from(content)
  copy.write(`${++number}`.padStart(9, '0'), at)
  return copy
}

export function modelOf(bytes: number): Buffer {
  return Buffer.alloc(bytes, 'Version,24.1;\n')
}

/** Whole days of hours, up to so many bytes. */
export function weatherOf(bytes: number): Buffer {
  const day = weatherFile({ header: () => [] })
  return Buffer.from(weatherFile({ rows: 0 }) + day.repeat(Math.floor(bytes / day.length)))
}

export const model = modelOf(20_000)

export function modelForm(content: Buffer): Buffer {
  return form([['file', 'model.idf', content]])
}

/** Beside a small model. */
export function weatherForm(weather: Buffer): Buffer {
  return form([
    ['file', 'model.idf', model],
    ['aux_weather', 'a.epw', fresh(weather, 'LOCATION,'.length)],
  ])
}

interface ToSend {
  url: string
  make: () => Buffer
  against?: string
}

export function sendOne({ post }: SubmissionBench, name: string, { url, make, against }: ToSend): Variant {
  let content: Buffer
  return {
    name,
    ...(against === undefined ? {} : { against }),
    async prepare() {
      content = make()
    },
    run: () => post(url, content),
  }
}

export function sendMany(
  { post }: SubmissionBench,
  name: string,
  { url, make, against, count, clients }: ToSend & { count: number; clients: number },
): Variant {
  let contents: Buffer[] = []
  return {
    name,
    ...(against === undefined ? {} : { against }),
    figures: (medianMs) => ({ per_s: Math.round((count * 1000) / medianMs) }),
    async prepare() {
      contents = Array.from({ length: count }, make)
    },
    run: () =>
      sendAll(
        clients,
        contents.map((content) => () => post(url, content)),
      ),
  }
}

function form(parts: [name: string, fileName: string, content: Buffer][]): Buffer {
  return Buffer.concat([
    ...parts.flatMap(([name, fileName, content]) => [
      Buffer.from(`--b\r\nContent-Disposition: form-data; name="${name}"; filename="${fileName}"\r\n\r\n`),
      content,
      Buffer.from('\r\n'),
    ]),
    Buffer.from('--b--\r\n'),
  ])
}
