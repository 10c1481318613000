import { recordAudit } from '../access/audit.ts'
import type { Caller } from '../access/caller.ts'
import { refuseTaken } from '../access/write-conflict.ts'
import type { Trx } from '../db/client.ts'
import { libraryFilesIn } from './author-warnings.ts'
import type { DefinitionRules } from './definition-rules.ts'
import { replaceLibraryNames } from './library.repository.ts'
import { lockWorkflow, updateWorkflow, type WorkflowFacts, type WorkflowRow } from './workflow.repository.ts'
import type { WorkflowDefinition } from './workflow.table.ts'
import { workflowKey, workflowNotFound } from './workflow-key.ts'

export interface WorkflowChange {
  facts?: Partial<WorkflowFacts>
  definition?: Partial<WorkflowDefinition>
  action: string
  details: object
}

/**
 * Authors who write at once come one after another: each change is made to what the one before it left. A changed
 * definition is a new version; what changes nothing is neither written nor audited.
 */
export async function changeWorkflow<T extends WorkflowChange>(
  { validators }: Pick<DefinitionRules, 'validators'>,
  trx: Trx,
  caller: Caller,
  key: string,
  decide: (workflow: WorkflowRow) => T,
): Promise<{ row: WorkflowRow; change: T }> {
  const row = await lockWorkflow(trx, caller.orgId, workflowKey(key))
  if (row === undefined) throw workflowNotFound()
  const change = decide(row)
  const { facts, definition, action, details } = change
  const was: WorkflowFacts = { slug: row.slug, name: row.name, description: row.description }
  const becomes: WorkflowFacts = { ...was, ...facts }
  const redefined: WorkflowDefinition = { ...row.definition, ...definition }
  const isRedefined = !isSameJson(redefined, row.definition)
  if (!isRedefined && isSameJson(becomes, was)) return { row, change }
  const update = updateWorkflow(trx, caller.orgId, row.id, becomes, isRedefined ? redefined : null)
  const updated = await refuseTaken(takenSlug(becomes.slug), update)
  if (isRedefined) {
    await replaceLibraryNames(trx, caller.orgId, row.id, libraryFilesIn(redefined.steps, validators))
  }
  await recordAudit(trx, caller, {
    action,
    subject: `workflow ${row.id}`,
    details: { ...details, version: updated.version },
  })
  return { row: { ...updated, definition: redefined }, change }
}

export function takenSlug(slug: string): string {
  return `There is a workflow with the slug "${slug}" already`
}

/** The order of keys counts: it is the author's. */
function isSameJson(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
