import { recordAudits } from '../access/audit.ts'
import type { Caller } from '../access/caller.ts'
import { ensureProjects } from '../access/project.repository.ts'
import type { Analysis, ShowQuery } from '../contract/analysis.ts'
import type { Db, Trx } from '../db/client.ts'
import { recordFiles } from '../files/record-files.ts'
import { createSharedWriter } from '../idempotency/write-together.ts'
import { type AnalysisFacts, insertAnalyses } from './analysis.repository.ts'
import { answerAsRegistered } from './answer-as-registered.ts'
import type { OutputNode } from './parse-outputs.ts'
import { readAnalyses } from './read-analyses.ts'
import { insertOutputs, mergeLooks, type OutputLook } from './register-outputs.ts'

/** An analysis that is to stand: what was asked for, and what was found at its paths. */
export interface Registration {
  caller: Caller
  project: string
  facts: AnalysisFacts
  nodes: readonly OutputNode[]
  look: OutputLook
  show: ShowQuery
}

export type Register = (registration: Registration) => Promise<Analysis>

/** So many files are a transaction of their own. */
const manyFiles = 1000

export function createRegister(db: Db): Register {
  return createSharedWriter(db, registerAnalyses, {
    lanes: 2,
    most: 64,
    isLarge: ({ nodes }) => nodes.length > manyFiles,
  })
}

async function registerAnalyses(
  trx: Trx,
  orgId: number,
  registrations: readonly Registration[],
): Promise<Analysis[]> {
  const look = mergeLooks(registrations.map((registration) => registration.look))
  const [inserted, recorded] = await Promise.all([
    insertFacts(trx, orgId, registrations),
    recordFiles(trx, orgId, look.files, look.seenAt, { watch: false }),
  ])
  const registered = registrations.map((registration, index) => {
    const row = inserted[index]
    if (row === undefined) throw new Error(`${inserted.length} rows of ${registrations.length} analyses`)
    return { ...registration, ...row }
  })
  const trees = registered.map(({ id, nodes }) => ({
    analysisId: id,
    planned: nodes.map((node) => ({ node, from: null, isHidden: false })),
  }))
  await Promise.all([
    insertOutputs(trx, orgId, trees, recorded, look),
    recordAudits(
      trx,
      registered.map(({ id, caller }) => ({
        actor: caller,
        action: 'analysis.create',
        subject: `analysis ${id}`,
      })),
    ),
  ])
  const answers = registered.map((one) => answerAsRegistered(one, one.nodes, recorded))
  const toRead = registered.filter((_, index) => answers[index] === null)
  const read = await readAnalyses(trx, orgId, toRead)
  return answers.map((answer) => answer ?? read.shift()).filter((answer) => answer !== undefined)
}

/** Begun before files are recorded: a project is made and held before any file is. */
async function insertFacts(trx: Trx, orgId: number, registrations: readonly Registration[]) {
  const projects = await ensureProjects(
    trx,
    orgId,
    registrations.map(({ project }) => project),
  )
  return await insertAnalyses(
    trx,
    orgId,
    registrations.map(({ facts, project }) => ({ ...facts, projectId: projects.get(project) ?? 0 })),
  )
}
