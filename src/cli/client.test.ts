import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { createClient } from './client.ts'

let server: Server | undefined
afterEach(() => server?.close())

async function clientOf(listener: RequestListener, path = '') {
  const listening = createServer(listener)
  server = listening
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve))
  const { port } = listening.address() as AddressInfo
  return createClient({ url: `http://127.0.0.1:${port}${path}`, token: 'wb_x', tokenFrom: 'a test' })
}

it('tries a call that makes something again under the same key', async () => {
  const keys: unknown[] = []
  const client = await clientOf((request, response) => {
    keys.push(request.headers['idempotency-key'])
    if (keys.length < 3) return response.destroy()
    return response.writeHead(201, { 'content-type': 'application/json' }).end('{"id": 1}')
  })
  expect(await client.post('/projects', {}, { make: true })).toEqual({ id: 1 })
  expect(keys).toHaveLength(3)
  expect(new Set(keys).size).toBe(1)
  expect(keys[0]).toMatch(/^[-0-9a-f]{36}$/)
})

it('sends a change once', async () => {
  let calls = 0
  const client = await clientOf((_request, response) => {
    calls += 1
    response.destroy()
  })
  await expect(client.patch('/projects/1', {})).rejects.toMatchObject({ code: 'unavailable' })
  expect(calls).toBe(1)
})

it('keeps the path that a server is mounted below', async () => {
  let asked = ''
  const client = await clientOf((request, response) => {
    asked = `${request.url} ${request.headers.authorization}`
    response.end('{}')
  }, '/waybill')
  await client.get('/files', { name: 'a b', all: undefined })
  expect(asked).toBe('/waybill/api/v1/files?name=a+b Bearer wb_x')
})

it('gives an error that it does not know the code of its status', async () => {
  const client = await clientOf((_request, response) => {
    response.writeHead(409).end('{"error": "Taken", "code": "new_code", "details": []}')
  })
  await expect(client.get('/files')).rejects.toMatchObject({ code: 'conflict', message: 'Taken' })
})

it('says which token was refused', async () => {
  const client = await clientOf((_request, response) => {
    response.writeHead(401).end('{"error": "Unauthorized", "code": "unauthorized", "details": []}')
  })
  await expect(client.get('/files')).rejects.toMatchObject({
    code: 'unauthorized',
    message: expect.stringMatching(/^The server at \S+ does not take the token of a test: /),
  })
})

it('says that what answers is not Waybill', async () => {
  const client = await clientOf((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/html' }).end('<html>')
  })
  await expect(client.get('/files')).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringContaining("is not Waybill's API (HTTP 200, text/html)"),
  })
})

it('names the address where nobody listens', async () => {
  const client = createClient({ url: 'http://127.0.0.1:1', token: 'wb_x', tokenFrom: 'a test' })
  await expect(client.get('/files')).rejects.toMatchObject({
    message: expect.stringMatching(/^No server answers at http:\/\/127\.0\.0\.1:1 \(.*\); start one with/),
  })
})
