import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { createGsBuckets, type GsBuckets, type GsObject, resourceOf } from './gs-buckets.ts'
import { handleUpload, isRefused, respond, type UploadSessions } from './gs-uploads.ts'

/** What the server does wrong on purpose, to requests for `bucket`, the next `times` times. */
interface GsFault {
  bucket: string
  action: 'refuse' | 'status' | 'reset' | 'hang'
  /** For `status`. */
  status?: number
  times?: number
  /** Only requests whose method and path hold this. */
  only?: string
}

export interface GsServer {
  url: string
  buckets: GsBuckets
  latencyMs: number
  requests: string[]
  fail(fault: GsFault): void
  reset(): void
  close(): Promise<void>
}

/** A server that speaks as much of the JSON API of Google Cloud Storage as Waybill uses, with content in memory. */
export async function startGsServer(options: { port?: number; latencyMs?: number } = {}): Promise<GsServer> {
  const buckets = createGsBuckets()
  const sessions: UploadSessions = new Map()
  let faults: GsFault[] = []
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      if (!response.headersSent) respond(response, 500, { error: { code: 500, message: String(error) } })
      else response.destroy()
    })
  })
  server.keepAliveTimeout = 60_000

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://localhost')
    if (url.pathname.startsWith('/_control/')) return control(url, request, response)
    handle.requests.push(`${request.method} ${request.url}`)
    if (handle.latencyMs > 0) await pause(handle.latencyMs)
    const fault = takeFault(request)
    if (fault?.action === 'hang') return
    if (fault?.action === 'reset') {
      request.socket.resetAndDestroy()
      return
    }
    if (fault !== undefined) {
      const status = fault.action === 'refuse' ? 403 : (fault.status ?? 500)
      return refuse(response, status, `made to fail with ${status}`)
    }
    const [, upload, bucket = '', rest = ''] =
      /^(?:(\/upload\/storage\/v1)|\/(?:download\/)?storage\/v1|)\/b\/([^/]+)\/o(?:\/(.*))?$/u.exec(
        url.pathname,
      ) ?? []
    if (bucket === '') return refuse(response, 404, 'no such address')
    if (!buckets.has(bucket)) return refuse(response, 404, 'The specified bucket does not exist.')
    if (upload !== undefined)
      return handleUpload({ buckets, sessions, bucket, url, request, response, own: handle.url })
    await object(bucket, rest, url, request, response)
  }

  async function object(
    bucket: string,
    rest: string,
    url: URL,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const query = url.searchParams
    if (rest === '') return respond(response, 200, buckets.list(bucket, query))
    const [source = '', target] = rest.split(/\/(?:rewriteTo|copyTo)\/b\//u)
    const name = decodeURIComponent(source)
    if (target !== undefined) {
      const [toBucket = '', toName = ''] = target.split('/o/')
      const copied = buckets.copy(
        bucket,
        name,
        decodeURIComponent(toBucket),
        decodeURIComponent(toName),
        query,
      )
      if (isRefused(copied)) return refuse(response, copied.status, copied.message)
      return respond(response, 200, {
        kind: 'storage#rewriteResponse',
        done: true,
        resource: resourceOf(copied),
      })
    }
    const found = buckets.get(bucket, name)
    const generation = query.get('generation') ?? query.get('ifGenerationMatch')
    if (found === undefined || (query.has('generation') && found.generation !== generation)) {
      return refuse(response, 404, `No such object: ${bucket}/${name}`)
    }
    if (query.has('ifGenerationMatch') && found.generation !== generation) {
      return refuse(response, 412, 'At least one of the pre-conditions you specified did not hold.')
    }
    if (request.method === 'DELETE') {
      buckets.remove(bucket, name)
      response.writeHead(204).end()
      return
    }
    if (query.get('alt') === 'media') return sendContent(found, request, response)
    respond(response, 200, resourceOf(found))
  }

  function takeFault(request: IncomingMessage): GsFault | undefined {
    const line = `${request.method} ${request.url}`
    const fault = faults.find(
      (one) => line.includes(`/b/${one.bucket}/`) && (one.only === undefined || line.includes(one.only)),
    )
    if (fault?.times !== undefined) {
      fault.times -= 1
      if (fault.times <= 0) faults = faults.filter((one) => one !== fault)
    }
    return fault
  }

  /** For a server in its own process: the same as the handle's members, over HTTP. */
  async function control(url: URL, request: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = ''
    for await (const chunk of request) text += String(chunk)
    const body = text === '' ? {} : (JSON.parse(text) as Record<string, unknown>)
    if (url.pathname === '/_control/seed') {
      const { bucket, names, content } = body as { bucket: string; names: string[]; content: string }
      for (const name of names) buckets.put(bucket, name, content)
    } else if (url.pathname === '/_control/latency') handle.latencyMs = Number(body.latencyMs)
    else if (url.pathname === '/_control/fail') handle.fail(body as unknown as GsFault)
    else if (url.pathname === '/_control/reset') handle.reset()
    respond(response, 200, { requests: handle.requests.length, objects: buckets.size() })
  }

  const handle: GsServer = {
    url: '',
    buckets,
    latencyMs: options.latencyMs ?? 0,
    requests: [],
    fail: (fault) => faults.push({ ...fault }),
    reset() {
      faults = []
      buckets.clear()
      sessions.clear()
      handle.requests.length = 0
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve))
  handle.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return handle
}

function refuse(response: ServerResponse, status: number, message: string): void {
  respond(response, status, { error: { code: status, message, errors: [{ message }] } })
}

function sendContent(found: GsObject, request: IncomingMessage, response: ServerResponse): void {
  const headers: Record<string, string | number> = {
    'content-type': found.contentType,
    'x-goog-generation': found.generation,
    'x-goog-hash': `crc32c=${found.crc32c}`,
    'x-goog-stored-content-length': found.sizeBytes,
  }
  const range = /^bytes=(\d+)-(\d*)$/u.exec(request.headers.range ?? '')
  const start = Number(range?.[1] ?? 0)
  const end = range?.[2] ? Math.min(Number(range[2]), found.sizeBytes - 1) : found.sizeBytes - 1
  if (range !== null && start >= found.sizeBytes) {
    response.writeHead(416, { 'content-range': `bytes */${found.sizeBytes}` }).end()
    return
  }
  const sizeBytes = end - start + 1
  if (range !== null) headers['content-range'] = `bytes ${start}-${end}/${found.sizeBytes}`
  response.writeHead(range === null ? 200 : 206, { ...headers, 'content-length': sizeBytes })
  found.read(start, sizeBytes).pipe(response)
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { values } = parseArgs({
    options: { port: { type: 'string', default: '0' }, 'latency-ms': { type: 'string', default: '0' } },
  })
  const server = await startGsServer({ port: Number(values.port), latencyMs: Number(values['latency-ms']) })
  process.stdout.write(`ready ${server.url}\n`)
}
