import { recordAudits } from '../access/audit.ts'
import type { Caller } from '../access/caller.ts'
import { ensureProjects } from '../access/project.repository.ts'
import type { Analysis, ShowQuery } from '../contract/analysis.ts'
import type { Db, Trx } from '../db/client.ts'
import { inTransaction } from '../db/transaction.ts'
import { AppError } from '../errors.ts'
import { recordFiles } from '../files/record-files.ts'
import { writeOnce } from '../idempotency/write-once.ts'
import { createGatherer } from '../lib/gather.ts'
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
const registrationsAtOnce = { lanes: 2, most: 64 }

/**
 * Registrations of one org that come at the same moment share a transaction: its statements are as many for all of
 * them as for one. Where it fails each is tried alone, so that none suffers from another's fault.
 */
export function createRegister(db: Db): Register {
  const alone = (registration: Registration) =>
    writeOnce(db, registration.caller, async (trx) => {
      const [analysis] = await registerAnalyses(trx, registration.caller.orgId, [registration])
      if (analysis === undefined) throw new Error('The analysis was not registered')
      return analysis
    })
  const together = async (registrations: Registration[]): Promise<(Analysis | null)[]> => {
    const [first, ...others] = registrations
    if (first === undefined) return []
    if (others.length === 0) return [await alone(first)]
    try {
      return await inTransaction(db, (trx) => registerAnalyses(trx, first.caller.orgId, registrations))
    } catch (error) {
      // A connection lost during the commit leaves open whether it was kept.
      if (error instanceof AppError && error.code === 'unavailable') throw error
      return registrations.map(() => null)
    }
  }
  const gatherers = new Map<number, (registration: Registration) => Promise<Analysis | null>>()
  const gathererOf = (orgId: number) => {
    const gather = gatherers.get(orgId) ?? createGatherer(together, registrationsAtOnce)
    gatherers.set(orgId, gather)
    return gather
  }

  return async (registration) => {
    const { caller, nodes } = registration
    if (caller.once !== undefined || nodes.length > manyFiles) return await alone(registration)
    return (await gathererOf(caller.orgId)(registration)) ?? (await alone(registration))
  }
}

async function registerAnalyses(
  trx: Trx,
  orgId: number,
  registrations: readonly Registration[],
): Promise<Analysis[]> {
  const projects = await ensureProjects(
    trx,
    orgId,
    registrations.map(({ project }) => project),
  )
  const inserted = await insertAnalyses(
    trx,
    orgId,
    registrations.map(({ facts, project }) => ({ ...facts, projectId: projects.get(project) ?? 0 })),
  )
  const registered = registrations.map((registration, index) => {
    const row = inserted[index]
    if (row === undefined) throw new Error(`${inserted.length} rows of ${registrations.length} analyses`)
    return { ...registration, ...row }
  })
  const look = mergeLooks(registrations.map((registration) => registration.look))
  const recorded = await recordFiles(trx, orgId, look.files, look.seenAt, { watch: false })
  const trees = registered.map(({ id, nodes }) => ({
    analysisId: id,
    planned: nodes.map((node) => ({ node, from: null, isHidden: false })),
  }))
  await insertOutputs(trx, orgId, trees, recorded, look)
  await recordAudits(
    trx,
    registered.map(({ id, caller }) => ({
      actor: caller,
      action: 'analysis.create',
      subject: `analysis ${id}`,
    })),
  )
  const answers = registered.map((one) => answerAsRegistered(one, one.nodes, recorded))
  const toRead = registered.filter((_, index) => answers[index] === null)
  const read = await readAnalyses(trx, orgId, toRead)
  return answers.map((answer) => answer ?? read.shift()).filter((answer) => answer !== undefined)
}
