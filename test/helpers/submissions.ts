import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { sql } from 'kysely'
import type { TestApp } from './test-app.ts'

/** A part as a client sends it. Without `fileName` and `type` the headers are left out. */
export interface SentPart {
  name: string
  content: string | Buffer
  fileName?: string
  type?: string
}

export function formOf(parts: readonly SentPart[], boundary = 'boundary'): Buffer {
  const pieces = parts.flatMap(({ name, content, fileName, type }) => [
    `--${boundary}\r\nContent-Disposition: form-data; name="${name}"`,
    fileName === undefined ? '' : `; filename="${fileName}"`,
    type === undefined ? '' : `\r\nContent-Type: ${type}`,
    '\r\n\r\n',
    content,
    '\r\n',
  ])
  return Buffer.concat([...pieces, `--${boundary}--\r\n`].map((piece) => Buffer.from(piece)))
}

export const formType = (boundary = 'boundary') => `multipart/form-data; boundary=${boundary}`

export const aux = (slot: string, fileName: string, content: string | Buffer, type?: string): SentPart => ({
  name: `aux_${slot}`,
  fileName,
  content,
  ...(type === undefined ? {} : { type }),
})

export const model: SentPart = { name: 'payload', type: 'application/json', content: '{"Building": {}}' }

export interface SentRun {
  status: number
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  body: any
  headers: Headers
}

interface SendOptions {
  boundary?: string
  key?: string
  token?: string
  org?: string
  /** Instead of a form: a body of this type. */
  raw?: { type: string | null; body: string | Buffer }
}

/** Calls of an app that listens on a real port. */
export function runCalls(app: TestApp) {
  const call = async (
    method: string,
    path: string,
    body?: Buffer | string,
    headers: Record<string, string> = {},
    token = app.ownerToken,
  ): Promise<SentRun> => {
    const response = await fetch(`${await app.listen()}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : new Uint8Array(body) }),
    })
    return { status: response.status, body: await response.json(), headers: response.headers }
  }
  const send =
    (tail: string) =>
    (workflow: string | number, parts: readonly SentPart[], options: SendOptions = {}): Promise<SentRun> => {
      const { boundary, key, token, org = 'default', raw } = options
      const body = raw === undefined ? formOf(parts, boundary) : raw.body
      const type = raw === undefined ? formType(boundary) : raw.type
      const headers = {
        ...(type === null ? {} : { 'content-type': type }),
        ...(key === undefined ? {} : { 'idempotency-key': key }),
      }
      return call('POST', `/org/${org}/workflows/${workflow}/runs/${tail}`, body, headers, token)
    }
  return { call, launch: send(''), check: send('check/') }
}

/** All files below the private store, as paths in it. */
export async function storedFiles(app: Pick<TestApp, 'store'>): Promise<string[]> {
  const entries = await readdir(app.store, { withFileTypes: true, recursive: true })
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(app.store.length + 1))
    .sort()
}

/** Everything that a submission could leave behind, to be compared before and after. */
export async function traces(app: TestApp): Promise<object> {
  const { rows } = await sql<object>`
    select (select count(*)::int from run) as runs, (select count(*)::int from run_file) as run_files,
      (select count(*)::int from run_step) as steps, (select count(*)::int from run_finding) as findings,
      (select count(*)::int from file) as files, (select count(*)::int from file_version) as versions,
      (select count(*)::int from file_use) as uses, (select count(*)::int from submission_intent) as intents,
      (select count(*)::int from idempotency_key) as keys,
      (select count(*)::int from audit_entry where action like 'run.%') as audits`.execute(app.database.db)
  return { ...rows[0], stored: await storedFiles(app) }
}
