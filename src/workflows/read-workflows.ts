import type { Caller } from '../access/caller.ts'
import type { Warning, Workflow } from '../contract/workflow.ts'
import type { Db } from '../db/client.ts'
import { onOneConnection } from '../db/transaction.ts'
import { createGatherers } from '../lib/gather.ts'
import { wireTime } from '../lib/wire-time.ts'
import { authorWarnings, libraryFilesIn } from './author-warnings.ts'
import { slotsInOrder, stepsWithIndex } from './definition.ts'
import type { DefinitionRules } from './definition-rules.ts'
import { type CurrentLibraryFile, findLibraryFiles } from './library.repository.ts'
import { slotTypeWarnings } from './slot-type-warnings.ts'
import { findWorkflow, type WorkflowKey, type WorkflowRow } from './workflow.repository.ts'
import type { WorkflowDefinition } from './workflow.table.ts'
import { workflowKey, workflowNotFound } from './workflow-key.ts'

export interface WorkflowDeps extends DefinitionRules {
  db: Db
}

export async function getWorkflowRow(db: Db, { orgId }: Caller, key: string): Promise<WorkflowRow> {
  const row = await findWorkflow(db, orgId, workflowKey(key))
  if (row === undefined) throw workflowNotFound()
  return row
}

export type FindWorkflow = (caller: Caller, key: string) => Promise<WorkflowRow>

/** Those who ask at the same moment share a message, and a look where they want the same workflow. */
export function createWorkflowFinder(db: Db): FindWorkflow {
  const find = createGatherers(
    (orgId: number, keys: WorkflowKey[]) =>
      onOneConnection(db, async (connection) => {
        const looks = new Map<string, Promise<WorkflowRow | undefined>>()
        const lookFor = (key: WorkflowKey) => {
          const name = JSON.stringify(key)
          const look = looks.get(name) ?? findWorkflow(connection, orgId, key)
          looks.set(name, look)
          return look
        }
        return await Promise.allSettled(keys.map(lookFor))
      }),
    { lanes: 2, most: 100 },
  )
  return async ({ orgId }, text) => {
    const look = await find(orgId, workflowKey(text))
    if (look.status === 'rejected') throw look.reason
    if (look.value === undefined) throw workflowNotFound()
    return look.value
  }
}

/** `db` is the transaction where the workflow was just written. */
export async function showWorkflow(
  deps: WorkflowDeps,
  db: Db,
  caller: Caller,
  row: WorkflowRow,
): Promise<Workflow> {
  return workflowFromRow(row, await warningsOf(deps, db, caller, row.definition))
}

export async function showWorkflows(
  deps: WorkflowDeps,
  db: Db,
  caller: Caller,
  rows: readonly WorkflowRow[],
): Promise<Workflow[]> {
  const definitions = rows.map((row) => row.definition)
  const libraryFiles = await findNamedLibraryFiles(deps, db, caller, definitions)
  return rows.map((row) => workflowFromRow(row, allWarnings(deps, row.definition, libraryFiles)))
}

export async function warningsOf(
  deps: WorkflowDeps,
  db: Db,
  caller: Caller,
  definition: WorkflowDefinition,
): Promise<Warning[]> {
  const libraryFiles = await findNamedLibraryFiles(deps, db, caller, [definition])
  return allWarnings(deps, definition, libraryFiles)
}

function allWarnings(
  deps: DefinitionRules,
  definition: WorkflowDefinition,
  libraryFiles: ReadonlyMap<string, CurrentLibraryFile>,
): Warning[] {
  const { validators } = deps
  return [...authorWarnings(definition, { validators, libraryFiles }), ...slotTypeWarnings(definition, deps)]
}

/** Those files of the org's library that the steps name. */
export async function findNamedLibraryFiles(
  { validators }: WorkflowDeps,
  db: Db,
  { orgId }: Caller,
  definitions: readonly WorkflowDefinition[],
): Promise<ReadonlyMap<string, CurrentLibraryFile>> {
  const names = new Set(definitions.flatMap(({ steps }) => libraryFilesIn(steps, validators)))
  return names.size === 0 ? new Map() : await findLibraryFiles(db, orgId, [...names])
}

function workflowFromRow(row: WorkflowRow, warnings: Warning[]): Workflow {
  return {
    id: row.id,
    slug: row.slug,
    name: row.name,
    description: row.description,
    version: row.version,
    primary_file_types: row.definition.primary_file_types,
    auxiliary_file_slots: slotsInOrder(row.definition),
    steps: stepsWithIndex(row.definition),
    warnings,
    created_at: wireTime(row.created_at),
    updated_at: wireTime(row.updated_at),
  }
}
