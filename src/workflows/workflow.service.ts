import { recordAudit } from '../access/audit.ts'
import type { Caller } from '../access/caller.ts'
import { refuseDetails } from '../access/faults.ts'
import { lockOrg } from '../access/org.repository.ts'
import { refuseTaken } from '../access/write-conflict.ts'
import type { Workflow, WorkflowCheck, WorkflowInput, WorkflowPatch } from '../contract/workflow.ts'
import { inTransaction } from '../db/transaction.ts'
import { writeOnce } from '../idempotency/write-once.ts'
import { type Page, type PageRequest, pageById } from '../lib/page.ts'
import { libraryFilesIn, summaryOf } from './author-warnings.ts'
import { changeWorkflow, takenSlug } from './change-workflow.ts'
import { definitionParts, emptyDefinition } from './definition.ts'
import { workflowFaults } from './definition-faults.ts'
import { replaceLibraryNames } from './library.repository.ts'
import {
  getWorkflowRow,
  showWorkflow,
  showWorkflows,
  type WorkflowDeps,
  warningsOf,
} from './read-workflows.ts'
import * as workflowRepository from './workflow.repository.ts'
import { workflowKey, workflowNotFound } from './workflow-key.ts'
import { freeSlug } from './workflow-slug.ts'

export async function createWorkflow(
  deps: WorkflowDeps,
  caller: Caller,
  input: WorkflowInput,
): Promise<Workflow> {
  refuseDetails(workflowFaults(input, deps))
  const definition = { ...emptyDefinition, ...definitionParts(input, deps) }
  return await writeOnce(deps.db, caller, async (trx) => {
    // Two of one name at once find two slugs.
    await lockOrg(trx, caller.orgId)
    const slug = input.slug ?? (await freeSlug(trx, caller.orgId, input.name))
    const facts = { slug, name: input.name, description: input.description ?? '' }
    const insert = workflowRepository.insertWorkflow(trx, caller.orgId, facts, definition)
    const row = await refuseTaken(takenSlug(slug), insert)
    const libraryFiles = libraryFilesIn(definition.steps, deps.validators)
    await replaceLibraryNames(trx, caller.orgId, row.id, libraryFiles)
    await recordAudit(trx, caller, {
      action: 'workflow.create',
      subject: `workflow ${row.id}`,
      details: { slug, name: row.name },
    })
    return await showWorkflow(deps, trx, caller, row)
  })
}

export async function getWorkflow(deps: WorkflowDeps, caller: Caller, key: string): Promise<Workflow> {
  return await showWorkflow(deps, deps.db, caller, await getWorkflowRow(deps.db, caller, key))
}

export async function listWorkflows(
  deps: WorkflowDeps,
  caller: Caller,
  query: PageRequest,
): Promise<Page<Workflow>> {
  const { items, next_cursor } = await pageById(
    query,
    (page) => workflowRepository.listWorkflows(deps.db, caller.orgId, page),
    (row) => row,
  )
  return { items: await showWorkflows(deps, deps.db, caller, items), next_cursor }
}

/** Slots and steps that are given replace all that there were. */
export async function updateWorkflow(
  deps: WorkflowDeps,
  caller: Caller,
  key: string,
  patch: WorkflowPatch,
): Promise<Workflow> {
  refuseDetails(workflowFaults(patch, deps))
  const { slug, name, description } = patch
  const facts = {
    ...(slug !== undefined && { slug }),
    ...(name !== undefined && { name }),
    ...(description !== undefined && { description }),
  }
  return await inTransaction(deps.db, async (trx) => {
    // So that no slug is taken which `createWorkflow` has just found free.
    if (slug !== undefined) await lockOrg(trx, caller.orgId)
    const { row } = await changeWorkflow(deps, trx, caller, key, () => ({
      facts,
      definition: definitionParts(patch, deps),
      action: 'workflow.update',
      details: { fields: Object.keys(patch) },
    }))
    return await showWorkflow(deps, trx, caller, row)
  })
}

export async function deleteWorkflow(deps: WorkflowDeps, caller: Caller, key: string): Promise<void> {
  await inTransaction(deps.db, async (trx) => {
    const row = await workflowRepository.lockWorkflow(trx, caller.orgId, workflowKey(key))
    if (row === undefined) throw workflowNotFound()
    await workflowRepository.deleteWorkflow(trx, caller.orgId, row.id)
    await replaceLibraryNames(trx, caller.orgId, row.id, [])
    await recordAudit(trx, caller, {
      action: 'workflow.delete',
      subject: `workflow ${row.id}`,
      details: { slug: row.slug, name: row.name },
    })
  })
}

export async function checkWorkflow(deps: WorkflowDeps, caller: Caller, key: string): Promise<WorkflowCheck> {
  const { definition } = await getWorkflowRow(deps.db, caller, key)
  const warnings = await warningsOf(deps, deps.db, caller, definition)
  return { ok: warnings.length === 0, warnings, summary: summaryOf(definition, warnings) }
}
