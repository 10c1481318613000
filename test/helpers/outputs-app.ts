import { basename } from 'node:path'
import { expect } from 'vitest'
import { type AuxFile, type Job, Kase } from '../../src/contract/job.ts'
import { type AnalysisApp, startAnalysisApp, tick } from './analysis-app.ts'
import { expectShape, jobOf, kaseOf, submit } from './jobs.ts'
import type { Answer } from './test-app.ts'

interface FolderJob {
  job: Job
  kaseId: number
  folder: string
  /** The path of a file in the folder. */
  at(name: string): string
  /** Writes a file there, and gives its path. */
  write(name: string, content?: string): Promise<string>
}

export interface OutputsApp extends AnalysisApp {
  /** A folder of its own with a casefile and a table, and a job of them. */
  newJob(): Promise<FolderJob>
  report(kaseId: number, body: object, headers?: Record<string, string>): Promise<Answer>
  /** Reports, expects it to be taken, and gives the kase. */
  reported(kaseId: number, body: object): Promise<Kase>
}

export async function startOutputsApp(): Promise<OutputsApp> {
  const app = await startAnalysisApp()
  let folders = 0
  const self: OutputsApp = {
    ...app,
    async newJob() {
      const folder = app.at(`run-${folders++}`)
      const at = (name: string) => `${folder}/${name}`
      const write = (name: string, content?: string) => app.write(`${basename(folder)}/${name}`, content)
      await write('case.olga')
      await write('pvt.tab')
      const job = await submit(app, jobOf({ [at('case.olga')]: [at('pvt.tab')] }))
      await tick()
      return { job, kaseId: kaseOf(job), folder, at, write }
    },
    report: (kaseId, body, headers) =>
      app.request('POST', `/api/v1/kases/${kaseId}/outputs`, body, undefined, headers),
    async reported(kaseId, body) {
      const answer = await self.report(kaseId, body)
      expect(answer.status, JSON.stringify(answer.body)).toBe(200)
      expectShape(Kase, answer.body)
      return answer.body
    },
  }
  return self
}

export function outputsOf({ casefile }: Kase): AuxFile[] {
  return casefile.aux_files.filter((aux) => aux.is_output)
}
