import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Storage } from '@google-cloud/storage'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { gsNoAnswer, isRetryableGs } from './gs-errors.ts'
import { getJson } from './gs-request.ts'

let answer: (request: IncomingMessage, response: ServerResponse) => void = () => {}
const server = createServer((request, response) => answer(request, response))
let baseUrl = ''
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

/** The SDK's client, as far as a request uses it. */
function storageWith(getRequestHeaders: (url: string) => Promise<Record<string, string>>): Storage {
  return {
    baseUrl: `${baseUrl}/storage/v1`,
    customEndpoint: false,
    authClient: { getRequestHeaders },
  } as never
}
const signedIn = () => storageWith(async (url) => ({ authorization: `Bearer for ${url}` }))
const get = (storage: Storage) => getJson(storage, '/b/x/o/y', { timeoutMs: 200 })

it('a request carries the credentials, asked for by the origin alone', async () => {
  answer = ({ url, headers }, response) => response.end(JSON.stringify([url, headers.authorization]))
  expect(await get(signedIn())).toEqual(['/storage/v1/b/x/o/y', `Bearer for ${baseUrl}/`])
})

it('a status of whoever gives out credentials says nothing about the file', async () => {
  const refused = Object.assign(new Error('no such account'), { code: 404 })
  const fault: unknown = await get(storageWith(() => Promise.reject(refused))).catch(
    (error: unknown) => error,
  )
  expect(gsNoAnswer('x', fault)).toMatchObject({
    state: 'failed',
    reason: expect.stringContaining('credentials'),
  })
})

it('an answer that stops half-way is out of time, and not asked again', async () => {
  answer = (_, response) => response.writeHead(200, { 'content-length': 100 }).write('{"size":')
  const fault: unknown = await get(signedIn()).catch((error: unknown) => error)
  expect(gsNoAnswer('x', fault).reason).toContain('did not answer in time')
  expect(isRetryableGs(fault)).toBe(false)
})

it('an answer that is cut is asked for again', async () => {
  answer = (request, response) => {
    response.writeHead(200, { 'content-length': 100 }).write('{"size":')
    setTimeout(() => request.socket.resetAndDestroy(), 20)
  }
  const fault: unknown = await get(signedIn()).catch((error: unknown) => error)
  expect(isRetryableGs(fault)).toBe(true)
})
