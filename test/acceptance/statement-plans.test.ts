import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Database } from '../../src/db/client.ts'
import { type AnalysisApp, startAnalysisApp } from '../helpers/analysis-app.ts'
import { model, runCalls } from '../helpers/submissions.ts'

let app: AnalysisApp
beforeAll(async () => {
  app = await startAnalysisApp()
  await app.listen()
})
afterAll(() => app.stop())

/** PostgreSQL compares at first: so many executions it plans anew. */
const comparedRuns = 5

/** The statements that a connection still plans for each execution. */
async function plannedAgain({ pool }: Database): Promise<string[]> {
  const clients = await Promise.all(Array.from({ length: pool.idleCount }, () => pool.connect()))
  const found = await Promise.all(
    clients.map((client) =>
      client.query<{ statement: string }>(
        'select statement from pg_prepared_statements where custom_plans > $1',
        [comparedRuns],
      ),
    ),
  )
  for (const client of clients) client.release()
  return [...new Set(found.flatMap(({ rows }) => rows.map(({ statement }) => statement)))]
}

test('a launch and a registration are planned once, not each time', async () => {
  const workflow = { name: 'Plain', slug: 'plain', auxiliary_file_slots: [], steps: [] }
  expect((await app.request('POST', '/api/v1/org/default/workflows', workflow)).status).toBe(201)
  const { launch } = runCalls(app)
  for (let i = 0; i < 4 * comparedRuns; i += 1) {
    expect((await launch('plain', [{ ...model, content: `{"Version": ${i}}` }])).status).toBe(202)
    const outputs = { vcf: await app.write(`${i}.vcf`), cram: await app.write(`${i}.cram`) }
    await app.create(outputs)
  }
  expect(await plannedAgain(app.database)).toEqual([])
})
