import { randomUUID } from 'node:crypto'
import type { ErrorBody } from '../contract/common.ts'
import { AppError, type ErrorCode, errorTable } from '../errors.ts'
import { retry } from '../lib/retry.ts'
import { messageOf, systemCodeOf } from '../lib/system-error.ts'
import { sendUpload, type UploadBody } from './send-upload.ts'

export type Query = Readonly<Record<string, string | number | boolean | undefined>>

interface PostOptions {
  /** For a call that makes something: it carries a key, so that trying it again makes nothing twice. */
  make?: boolean
  /** A key of the caller's own, for tries of more than one command. */
  idempotencyKey?: string
  signal?: AbortSignal
}

interface UploadOptions extends Pick<PostOptions, 'idempotencyKey' | 'signal'> {
  /** Called before each time that the body is sent. */
  onAttempt?: () => void
}

/** Calls of the API under `/api/v1`. Each throws the `AppError` that the server answered, or `unavailable`. */
export interface ApiClient {
  readonly url: string
  get<T>(path: string, query?: Query): Promise<T>
  post<T>(path: string, body: unknown, options?: PostOptions): Promise<T>
  patch<T>(path: string, body: unknown): Promise<T>
  delete(path: string): Promise<void>
  /** Sends a body while it is read, with a key, so that trying it again makes nothing twice. */
  upload<T>(path: string, body: UploadBody, options?: UploadOptions): Promise<T>
  /** Content as a stream; not tried again. */
  open(path: string, options: { headers?: Record<string, string>; signal?: AbortSignal }): Promise<Response>
}

const attempts = 3
const firstDelayMs = 200

export interface ClientOptions {
  url: string
  token: string
  /** Where the token was found, for an error about it. */
  tokenFrom: string
}

export function createClient({ url, token, tokenFrom }: ClientOptions): ApiClient {
  /** The answer, where it is a good one; every other one, and none, is thrown. */
  async function answerOf(call: Promise<Response>, signal?: AbortSignal | null): Promise<Response> {
    const answer = await call.catch((error: unknown) => {
      if (error instanceof AppError) throw error
      throw signal?.aborted === true ? new AppError('interrupted') : networkError(url, error)
    })
    if (answer.ok) return answer
    const error = await errorFrom(url, answer)
    throw error.code === 'unauthorized' ? unknownToken(url, tokenFrom) : error
  }
  function send(method: string, path: string, init: RequestInit = {}): Promise<Response> {
    const headers = { authorization: `Bearer ${token}`, ...(init.headers as Record<string, string>) }
    return answerOf(fetch(`${url}/api/v1${path}`, { ...init, method, headers }), init.signal)
  }
  const sendJson = (method: string, path: string, body: unknown, init: RequestInit = {}) =>
    send(method, path, {
      ...init,
      headers: { 'content-type': 'application/json', ...(init.headers as Record<string, string>) },
      body: JSON.stringify(body),
    })
  return {
    url,
    get: <T>(path: string, query?: Query) =>
      again(async () => readJson<T>(url, await send('GET', `${path}${queryString(query)}`))),
    post<T>(path: string, body: unknown, { make = false, idempotencyKey, signal }: PostOptions = {}) {
      const key = idempotencyKey ?? (make ? randomUUID() : undefined)
      const init: RequestInit = {
        ...(key === undefined ? {} : { headers: { 'idempotency-key': key } }),
        ...(signal === undefined ? {} : { signal }),
      }
      const call = async () => readJson<T>(url, await sendJson('POST', path, body, init))
      return key === undefined ? call() : again(call)
    },
    patch: async <T>(path: string, body: unknown) => readJson<T>(url, await sendJson('PATCH', path, body)),
    delete: async (path) => {
      await (await send('DELETE', path)).arrayBuffer()
    },
    upload<T>(path: string, body: UploadBody, { idempotencyKey, signal, onAttempt }: UploadOptions = {}) {
      const headers = {
        authorization: `Bearer ${token}`,
        'idempotency-key': idempotencyKey ?? randomUUID(),
      }
      return again(async () => {
        onAttempt?.()
        const call = sendUpload(`${url}/api/v1${path}`, headers, body, signal)
        return readJson<T>(url, await answerOf(call, signal))
      })
    },
    open: (path, options) => send('GET', path, options),
  }
}

function again<T>(call: () => Promise<T>): Promise<T> {
  const isRetryable = (error: unknown) =>
    error instanceof AppError && error.code === 'unavailable' && !isRefused(error.cause)
  return retry({ attempts, firstDelayMs, isRetryable }, call)
}

/** Nobody listens there; trying again would only make the answer come later. */
function isRefused(cause: unknown): boolean {
  return ['ECONNREFUSED', 'ENOTFOUND'].includes(systemCodeOf(cause) ?? '')
}

function queryString(query: Query = {}): string {
  const parameters = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) parameters.set(name, String(value))
  }
  return parameters.size === 0 ? '' : `?${parameters}`
}

async function readJson<T>(url: string, answer: Response): Promise<T> {
  const text = await answer.text().catch((error: unknown) => {
    throw networkError(url, error)
  })
  try {
    return JSON.parse(text) as T
  } catch (error) {
    throw notWaybill(url, answer, error)
  }
}

async function errorFrom(url: string, answer: Response): Promise<AppError> {
  const body: unknown = await answer.json().catch(() => undefined)
  if (!isErrorBody(body)) return notWaybill(url, answer)
  const code = Object.hasOwn(errorTable, body.code) ? (body.code as ErrorCode) : codeOfStatus(answer.status)
  return new AppError(code, body.error, { details: body.details })
}

function unknownToken(url: string, tokenFrom: string): AppError {
  return new AppError(
    'unauthorized',
    `The server at ${url} does not take the token of ${tokenFrom}: it is another server's, expired or revoked`,
  )
}

/** For a code that a newer server knows and this client does not. */
function codeOfStatus(status: number): ErrorCode {
  const known = Object.entries(errorTable).find(([, row]) => row.status === status)
  return (known?.[0] as ErrorCode | undefined) ?? (status >= 500 ? 'internal' : 'malformed_request')
}

function isErrorBody(body: unknown): body is ErrorBody {
  return (
    typeof body === 'object' &&
    body !== null &&
    'error' in body &&
    typeof body.error === 'string' &&
    'code' in body &&
    typeof body.code === 'string' &&
    'details' in body &&
    Array.isArray(body.details)
  )
}

function notWaybill(url: string, answer: Response, cause?: unknown): AppError {
  const type = answer.headers.get('content-type') ?? 'no content type'
  return new AppError(
    'unavailable',
    `What answers at ${url} is not Waybill's API (HTTP ${answer.status}, ${type}); give its address with --url`,
    { cause },
  )
}

/** fetch hides the cause in a TypeError that says only "fetch failed". */
export function networkError(url: string, error: unknown): AppError {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error
  const code = systemCodeOf(cause)
  const reason =
    code === 'ECONNREFUSED'
      ? 'nothing listens there'
      : code === 'ENOTFOUND' || code === 'EAI_AGAIN'
        ? 'its name is not known'
        : (code ?? messageOf(cause))
  return new AppError(
    'unavailable',
    `No server answers at ${url} (${reason}); start one with "waybill serve", or give another address with --url`,
    { cause },
  )
}
