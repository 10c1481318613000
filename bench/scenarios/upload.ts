import { mkdtemp, rm } from 'node:fs/promises'
import { Agent, request as sendRequest } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startNode } from '../../test/helpers/child-process.ts'
import { weatherFile } from '../../test/helpers/file-contents.ts'
import { type BenchServer, withServer } from '../bench-server.ts'
import { sendAll } from '../http-client.ts'
import { interleave, type Row, type Variant } from '../measure.ts'

const largeBytes = 20_000_000
/** A year of hours. */
const yearBytes = 1_600_000
const modelBytes = 20_000
const clients = 8
const largeAtOnce = 16
const warmups = 2
const launches = 160
/** So many before the first measured one, as a server that runs for a while has behind it. */
const launchesBefore = 3000
const agent = new Agent({ keepAlive: true })

/**
 * What a large upload costs over the least that any server does for it, by how much many at once make the server grow, and
 * how many small ones a second are launched.
 */
export async function uploadScenario(): Promise<Row[]> {
  return await withServer(async (server) => {
    const folder = await mkdtemp(join(tmpdir(), 'waybill-bench-bare-'))
    const bare = startNode(['bench/bare-upload-server.js', folder])
    try {
      return await measure(server, await bare.line('ready '))
    } finally {
      bare.process.kill()
      await rm(folder, { recursive: true, force: true })
    }
  })
}

async function measure(server: BenchServer, bareUrl: string): Promise<Row[]> {
  const slot = { slug: 'weather', label: 'Weather', allowed_file_types: ['epw'], required: false }
  const body = {
    name: 'bench',
    slug: 'bench',
    auxiliary_file_slots: [{ ...slot, max_size_bytes: 20_971_520 }],
  }
  await server.send('POST', '/api/v1/org/default/workflows', body)
  const launch = `${server.url}/api/v1/org/default/workflows/bench/runs/`
  const model = Buffer.alloc(modelBytes, 'Version,24.1;\n')
  const large = Buffer.alloc(largeBytes, 'Version,24.1;\n')
  const header = weatherFile({ rows: 0 })
  const day = weatherFile({ header: () => [] })
  const days = (bytes: number) => Buffer.from(header + day.repeat(Math.floor(bytes / day.length)))
  const weather = days(largeBytes)
  const year = days(yearBytes)
  let number = 0
  /** Of other bytes each time: a copy of an earlier file would be stored as a link. */
  const fresh = (content: Buffer) => {
    const copy = Buffer.from(content)
    copy.write(
      `${++number}`.padStart(9, '0'),
      content === weather || content === year ? 'LOCATION,'.length : 0,
    )
    return copy
  }
  const form = (parts: [name: string, fileName: string, content: Buffer][]) =>
    Buffer.concat([
      ...parts.flatMap(([name, fileName, content]) => [
        Buffer.from(`--b\r\nContent-Disposition: form-data; name="${name}"; filename="${fileName}"\r\n\r\n`),
        content,
        Buffer.from('\r\n'),
      ]),
      Buffer.from('--b--\r\n'),
    ])
  const post = (url: string, make: () => Buffer, name: string, against?: string): Variant => {
    let content: Buffer
    return {
      name,
      ...(against === undefined ? {} : { against }),
      async prepare() {
        content = make()
      },
      run: () => send(url, content, server.token),
    }
  }
  const many = (url: string, make: () => Buffer, name: string, against?: string): Variant => {
    let rate = 0
    let contents: Buffer[] = []
    return {
      name,
      ...(against === undefined ? {} : { against }),
      figures: () => ({ per_s: Math.round(rate) }),
      async prepare() {
        contents = Array.from({ length: launches }, make)
      },
      async run() {
        rate = await sendAll(
          clients,
          contents.map((content) => () => send(url, content, server.token)),
        )
      },
    }
  }
  const toDisk = '20 MB to disk with SHA-256, bare'
  const synced = '20 MB to disk with SHA-256, bare, synced'
  const yearToDisk = '1.6 MB to disk with SHA-256, bare'
  const small = `${launches} of 20 kB to disk, ${clients} clients, bare, synced`
  const primaryForm = () => form([['file', 'model.idf', fresh(large)]])
  const weatherForm = (content: Buffer) => () =>
    form([
      ['file', 'model.idf', model],
      ['aux_weather', 'a.epw', fresh(content)],
    ])
  const manyLarge = (): Variant => {
    let contents: Buffer[] = []
    const grewBytes: number[] = []
    return {
      name: `${largeAtOnce} launches of 20 MB at once`,
      figures: () => ({ server_grew_mb: grewBytes.map((bytes) => Math.round(bytes / 1_048_576)).join(', ') }),
      async prepare() {
        contents = Array.from({ length: largeAtOnce }, primaryForm)
      },
      async run(round) {
        const before = await server.memoryBytes()
        let most = before
        const timer = setInterval(async () => {
          most = Math.max(most, await server.memoryBytes())
        }, 5)
        await Promise.all(contents.map((content) => send(launch, content, server.token)))
        clearInterval(timer)
        if (round >= warmups) grewBytes.push(most - before)
      },
    }
  }
  const modelForm = () => form([['file', 'model.idf', fresh(model)]])
  const launchModel = () => send(launch, modelForm(), server.token)
  await sendAll(
    clients,
    Array.from({ length: launchesBefore }, () => launchModel),
  )
  return await interleave(
    [
      post(bareUrl, () => fresh(large), toDisk),
      post(`${bareUrl}/synced`, () => fresh(large), synced, toDisk),
      post(launch, primaryForm, 'launch with a primary file of 20 MB', toDisk),
      post(launch, weatherForm(weather), 'launch with a weather file of 20 MB', toDisk),
      post(bareUrl, () => fresh(year), yearToDisk),
      post(launch, weatherForm(year), 'launch with a weather file of 1.6 MB', yearToDisk),
      manyLarge(),
      many(`${bareUrl}/synced`, () => fresh(model), small),
      many(launch, modelForm, `${launches} launches of 20 kB, ${clients} clients`, small),
    ],
    { rounds: 7, warmups },
  )
}

function send(url: string, content: Buffer, token: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = {
      authorization: `Bearer ${token}`,
      'content-type': 'multipart/form-data; boundary=b',
      'content-length': content.length,
    }
    const request = sendRequest(url, { method: 'POST', agent, headers }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk
      })
      response.on('error', reject)
      response.on('end', () => {
        if ((response.statusCode ?? 500) < 300) resolve()
        else reject(new Error(`POST ${url}: ${response.statusCode} ${text.slice(0, 500)}`))
      })
    })
    request.on('error', reject)
    request.end(content)
  })
}
