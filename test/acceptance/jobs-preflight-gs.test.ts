import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Preflight } from '../../src/contract/preflight.ts'
import { type GsServer, startGsServer } from '../helpers/gs-server.ts'
import { startTestApp, type TestApp } from '../helpers/test-app.ts'

let gs: GsServer
let app: TestApp
beforeAll(async () => {
  gs = await startGsServer()
  process.env.STORAGE_EMULATOR_HOST = gs.url
  app = await startTestApp({ gs: { attempts: 1 } })
  gs.buckets.make('cases')
  const made = await app.request('POST', '/api/v1/locations', { root: 'gs://cases' })
  expect(made.status).toBe(201)
})
beforeEach(() => gs.reset())
afterAll(async () => {
  await app.stop()
  await gs.close()
})

const job = { description: 'Base', project_name: 'Export line', olga_version: '7.3.5' }

async function check(...paths: string[]): Promise<Preflight> {
  const casefiles = paths.map((path) => ({ file_name: path.split('/').at(-1), path }))
  const answer = await app.request('POST', '/api/v1/jobs/check', { job, casefiles })
  expect([answer.status, answer.body.error]).toEqual([200, undefined])
  return answer.body
}

describe('the pre-flight of cases in a bucket', () => {
  it('reads them and their tables, and says where a missing file may be', async () => {
    gs.buckets.put('cases', 'a/run.genkey', 'FILES PVTFILE=("../pvt/fluid.tab", wax.tab)\nBRANCH FLUID=OIL\n')
    gs.buckets.put('cases', 'pvt/fluid.tab', 'PVTTABLE LABEL="GAS"\n')
    gs.buckets.put('cases', 'a/tables/wax.tab', 'PVTTABLE LABEL="OIL"\n')
    const { runnable, casefiles } = await check('gs://cases/a/run.genkey')
    expect(runnable).toBe(false)
    expect(casefiles[0]?.references).toMatchObject([
      { verdict: 'found', resolved_path: 'gs://cases/pvt/fluid.tab' },
      { verdict: 'missing', candidates: ['gs://cases/a/tables/wax.tab'] },
    ])
    expect(casefiles[0]?.findings.map(({ message }) => message)).toEqual([
      '`wax.tab` is not in `gs://cases/a`; there is one in `gs://cases/a/tables`',
    ])
  })

  it('asks once for a table that all share, and no more often for more casefiles', async () => {
    const requestsFor = async (count: number) => {
      gs.reset()
      gs.buckets.make('cases')
      gs.buckets.put('cases', 'pvt/fluid.tab', 'PVTTABLE LABEL="GAS"\n')
      const paths = Array.from({ length: count }, (_, index) => `gs://cases/many/${index}.genkey`)
      for (const path of paths) {
        gs.buckets.put(
          'cases',
          path.slice('gs://cases/'.length),
          'FILES PVTFILE=..\\pvt\\fluid.tab\nBRANCH FLUID=GAS\n',
        )
      }
      gs.requests.length = 0
      const { runnable } = await check(...paths)
      expect(runnable).toBe(true)
      const reads = gs.requests.filter((request) => request.includes('alt=media'))
      return {
        tables: reads.filter((request) => request.includes('fluid.tab')).length,
        other: gs.requests.length - reads.length,
      }
    }
    const few = await requestsFor(30)
    const many = await requestsFor(300)
    expect([few.tables, many.tables]).toEqual([1, 1])
    expect(many.other).toBeLessThanOrEqual(few.other + 2)
  })

  it('does not call missing what the bucket would not show', async () => {
    gs.buckets.make('cases')
    gs.buckets.put('cases', 'b/run.genkey', 'FILES PVTFILE=fluid.tab\nBRANCH FLUID=GAS\n')
    gs.fail({ bucket: 'cases', action: 'refuse', times: 100, only: 'fluid.tab' })
    const { runnable, casefiles } = await check('gs://cases/b/run.genkey')
    expect(runnable).toBe(true)
    expect(casefiles[0]?.references).toMatchObject([{ verdict: 'missing', candidates: [] }])
    expect(casefiles[0]?.findings).toMatchObject([{ severity: 'warning', code: 'unseen_reference' }])

    gs.reset()
    gs.buckets.make('cases')
    gs.buckets.put('cases', 'b/run.genkey', 'FILES PVTFILE=fluid.tab\n')
    gs.fail({ bucket: 'cases', action: 'status', status: 500, times: 100, only: 'alt=media' })
    const broken = await check('gs://cases/b/run.genkey')
    expect(broken.runnable).toBe(true)
    expect(broken.casefiles[0]?.findings).toMatchObject([{ severity: 'warning', code: 'unseen_casefile' }])
  })
})
