import { expect } from 'vitest'
import type { Answer, TestApp } from './test-app.ts'

/** The slot and the step of the requirement's own example. */
export const weatherSlot = {
  slug: 'weather_file',
  label: 'Weather File (EPW)',
  allowed_file_types: ['epw'],
  required: true,
  max_size_bytes: 20 * 1_048_576,
}
export const submitterStep = {
  validator: 'ENERGYPLUS',
  config: { weather_file_source: 'submitter', weather_file_slot: 'weather_file' },
}
/** As workflows were before submitters could bring a file. */
export const libraryStep = {
  validator: 'energyplus',
  config: { weather_file: 'USA_CA_San.Francisco.Intl.AP.724940_TMY3.epw' },
}

/** Calls below the address of the org's workflows, `/7/slots/` for instance. */
export function workflowCalls(app: TestApp, org = 'default') {
  const send =
    (method: 'GET' | 'POST' | 'PATCH' | 'DELETE') =>
    (path: string, body?: unknown, token?: string, headers?: Record<string, string>): Promise<Answer> =>
      app.request(method, `/api/v1/org/${org}/workflows${path}`, body, token, headers)
  const [get, post, patch, remove] = [send('GET'), send('POST'), send('PATCH'), send('DELETE')]
  return {
    get,
    post,
    patch,
    remove,
    /** Makes one, expects it to be taken, and gives the answer's body. */
    async create(body: object) {
      const answer = await post('/', { name: 'Energy Check', ...body })
      expect(answer.status, JSON.stringify(answer.body)).toBe(201)
      return answer.body
    },
  }
}
