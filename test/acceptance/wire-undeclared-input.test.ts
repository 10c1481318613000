import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { model, runCalls, traces } from '../helpers/submissions.ts'
import { startTestApp, type TestApp } from '../helpers/test-app.ts'
import { workflowCalls } from '../helpers/workflows.ts'

let app: TestApp
let calls: ReturnType<typeof runCalls>
let run: number
beforeAll(async () => {
  app = await startTestApp()
  calls = runCalls(app)
  await workflowCalls(app).create({ slug: 'bare' })
  run = (await calls.launch('bare', [model])).body.id
})
afterAll(() => app.stop())

const json = { 'content-type': 'application/json' }
const unknown = (...fields: string[]) =>
  fields.map((field) => ({ field, message: 'is not a field of this request' }))

describe('a parameter of an address that the call does not know', () => {
  it.each([
    ['POST', '/org/default/workflows/bare/runs/', json, '{}'],
    ['POST', '/org/default/workflows/bare/runs/check/', json, '{}'],
    ['PUT', '/org/default/library/a.json', json, '{}'],
    ['DELETE', '/org/default/library/a.json', {}, undefined],
    ['DELETE', '/org/default/workflows/bare/', {}, undefined],
    ['PATCH', '/org/default/workflows/bare/', json, '{}'],
    ['GET', '/org/default/workflows/bare', {}, undefined],
    ['POST', '/projects', json, '{"name": "north"}'],
  ])('is refused: %s %s', async (method, path, headers, body) => {
    const before = await traces(app)
    const answer = await calls.call(method, `${path}?name=x&foo=1`, body, headers)
    expect([answer.status, answer.body]).toEqual([
      400,
      {
        error: 'name is not a field of this request (and 1 more)',
        code: 'invalid_query',
        details: unknown('name', 'foo'),
      },
    ])
    expect(await traces(app)).toEqual(before)
  })

  it('is left to whoever asks whether the server lives, or for what is not there', async () => {
    const url = await app.listen()
    expect((await fetch(`${url}/healthz?probe=1`)).status).toBe(200)
    expect((await fetch(`${url}/openapi.json?v=1`)).status).toBe(200)
    expect((await calls.call('GET', '/nothing?foo=1')).status).toBe(404)
  })
})

describe('a field for a call that takes no body', () => {
  it('is refused', async () => {
    const cancel = `/org/default/runs/${run}/cancel/`
    const sent = await calls.call('POST', cancel, '{"dry_run": true, "b": 1}', json)
    expect([sent.status, sent.body]).toEqual([
      422,
      {
        error: 'dry_run is not a field of this request (and 1 more)',
        code: 'invalid',
        details: unknown('dry_run', 'b'),
      },
    ])
    for (const body of ['[]', 'true', '"x"', '0']) {
      const answer = await calls.call('POST', cancel, body, json)
      expect([answer.status, answer.body.error]).toEqual([
        422,
        'The body has no meaning for this call; leave it out',
      ])
    }
    const removal = await calls.call('DELETE', '/org/default/workflows/bare', '{"force": true}', json)
    expect([removal.status, removal.body.details]).toEqual([422, unknown('force')])
    expect((await calls.call('GET', `/org/default/runs/${run}`)).body.state).toBe('queued')
  })

  it('may be none at all', async () => {
    for (const body of ['{}', 'null', '']) {
      const { body: made } = await calls.launch('bare', [model])
      const answer = await calls.call('POST', `/org/default/runs/${made.id}/cancel/`, body, json)
      expect([answer.status, answer.body.state], body).toEqual([200, 'canceled'])
    }
  })

  it('is the file itself where one is uploaded', async () => {
    const put = await calls.call('PUT', '/org/default/library/b.json', '{"a": 1}', json)
    expect(put.status, JSON.stringify(put.body)).toBe(201)
    const launched = await calls.launch('bare', [], { raw: { type: 'application/json', body: '{"a": 1}' } })
    expect(launched.status).toBe(202)
  })
})
