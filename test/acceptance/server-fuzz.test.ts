import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestApp, type TestApp } from '../helpers/test-app.ts'

let app: TestApp
beforeAll(async () => {
  app = await startTestApp()
})
afterAll(() => app.stop())

const numRuns = process.env.WAYBILL_TEST_SHORT === '1' ? 50 : 300

/** Like a job, with any part of it something else. */
const anything = fc.jsonValue({ maxDepth: 3 })
const nearly = <T>(likely: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 4, arbitrary: likely }, { arbitrary: anything, weight: 1 })
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('', '/a/b', '..', 'C:\\x', 'gs://b/c', '\\\\s\\t'),
)
const fileLike = fc.record(
  { file_name: nearly(text), path: nearly(text), modification_time: nearly(fc.date().map(String)) },
  { requiredKeys: ['file_name', 'path'] },
)
const jobLike = fc.record(
  {
    job: nearly(
      fc.record(
        {
          description: nearly(text),
          project_name: nearly(text),
          olga_version: nearly(fc.constant('7.3.5')),
          priority_id: nearly(fc.integer()),
          engine_id: nearly(fc.integer()),
          launch_time: nearly(text),
        },
        { requiredKeys: ['description', 'project_name', 'olga_version'] },
      ),
    ),
    casefiles: nearly(fc.array(nearly(fileLike), { maxLength: 4 })),
    check: nearly(fc.constantFrom('none', 'required')),
  },
  { requiredKeys: ['job', 'casefiles'] },
)

async function expectRefusalOrJob(body: string): Promise<void> {
  const answer = await app.request('POST', '/api/v1/jobs', body)
  expect(answer.status, `${body}\n${JSON.stringify(answer.body)}`).toBeLessThan(500)
  if (answer.status === 201) return
  expect(Object.keys(answer.body)).toEqual(['error', 'code', 'details'])
  expect(answer.body.error.length).toBeGreaterThan(3)
  for (const detail of answer.body.details) expect(Object.keys(detail)).toEqual(['field', 'message'])
}

describe('POST /api/v1/jobs', () => {
  it('answers any JSON with a job or with an error of the one shape, never with a failure', async () => {
    const json = fc.json({ maxDepth: 6, stringUnit: 'binary' })
    await fc.assert(fc.asyncProperty(json, expectRefusalOrJob), { numRuns })
  })

  it('answers what is nearly a job likewise', async () => {
    await fc.assert(
      fc.asyncProperty(jobLike, (job) => expectRefusalOrJob(JSON.stringify(job))),
      { numRuns },
    )
  })

  it('answers any bytes likewise', async () => {
    const bytes = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: fc.constantFrom(...'{}[]",:\\u0d8') }),
    )
    await fc.assert(fc.asyncProperty(bytes, expectRefusalOrJob), { numRuns })
  })
})

describe('any address', () => {
  it('is answered with something below 500', async () => {
    const segment = fc.oneof(
      fc.constantFrom(
        'api',
        'v1',
        'jobs',
        'files',
        'orgs',
        'org',
        '1',
        '%00',
        '%',
        '..',
        '%2e%2e',
        '%ed%a0%80',
        'content',
      ),
      fc.webSegment(),
    )
    const address = fc
      .tuple(fc.array(segment, { maxLength: 6 }), fc.option(fc.webQueryParameters(), { nil: '' }))
      .map(([segments, query]) => `/${segments.join('/')}${query === '' ? '' : `?${query}`}`)
    await fc.assert(
      fc.asyncProperty(fc.constantFrom('GET', 'PATCH', 'DELETE', 'POST'), address, async (method, url) => {
        const answer = await app.request(method as 'GET', url)
        expect(answer.status, `${method} ${url}`).toBeLessThan(500)
      }),
      { numRuns },
    )
  })
})
