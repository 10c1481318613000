import { sql } from 'kysely'
import type { TSchema } from 'typebox'
import { expect } from 'vitest'
import { type AuxFile, Job } from '../../src/contract/job.ts'
import { compileStrict } from '../../src/server/schema-compilers.ts'
import type { Answer, TestApp } from './test-app.ts'

export interface FileBody {
  file_name: string
  path: string
  modification_time?: string
}

/** A body of `POST /jobs`: each casefile by its path, with the paths of its aux files. */
export function jobOf(casefiles: Record<string, (string | FileBody)[]>, description = 'a job'): object {
  return {
    job: { description, project_name: 'Jobs', olga_version: '7.3.5' },
    casefiles: Object.entries(casefiles).map(([path, aux]) => ({
      ...fileAt(path),
      aux_files: aux.map((one) => (typeof one === 'string' ? fileAt(one) : one)),
    })),
  }
}

export function fileAt(path: string): FileBody {
  return { file_name: path.split('/').at(-1) ?? '', path }
}

export async function submit(app: TestApp, body: object, token?: string): Promise<Job> {
  return taken(await app.request('POST', '/api/v1/jobs', body, token), 201)
}

export async function readJob(app: TestApp, id: number): Promise<Job> {
  return taken(await app.request('GET', `/api/v1/jobs/${id}`))
}

function taken(answer: Answer, status = 200): Job {
  expect(answer.status, JSON.stringify(answer.body)).toBe(status)
  expectShape(Job, answer.body)
  return answer.body
}

/** Every field is there with the type that the contract states, and no other. */
export function expectShape(schema: TSchema, value: unknown): void {
  expect(
    compileStrict(schema)(value).map(({ instancePath, keyword }) => `${instancePath} ${keyword}`),
  ).toEqual([])
}

/** The id of the first kase of a job, or of another one of them. */
export function kaseOf(job: Job, index = 0): number {
  return job.kases[index]?.id ?? 0
}

export function auxFilesOf(job: Job, index = 0): AuxFile[] {
  return job.kases[index]?.casefile.aux_files ?? []
}

/** How many rows each table holds, those of the queue too. */
export async function countRows({ database }: TestApp): Promise<Record<string, number>> {
  const { rows } = await sql<{ name: string }>`
    select format('%I.%I', table_schema, table_name) as name from information_schema.tables
    where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')
    order by 1`.execute(database.db)
  const counts: Record<string, number> = {}
  for (const { name } of rows) {
    const { rows: counted } = await sql<{
      n: number
    }>`select count(*)::int as n from ${sql.raw(name)}`.execute(database.db)
    counts[name] = counted[0]?.n ?? 0
  }
  return counts
}
