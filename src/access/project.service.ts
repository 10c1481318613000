import type { Project, ProjectInput, ProjectPatch } from '../contract/project.ts'
import type { Db } from '../db/client.ts'
import { inTransaction } from '../db/transaction.ts'
import { writeOnce } from '../idempotency/write-once.ts'
import { wireTime } from '../lib/wire-time.ts'
import { recordAudit } from './audit.ts'
import type { Caller } from './caller.ts'
import { ifGiven, nameFault, refuseFaults, textFault } from './faults.ts'
import { deleteItem, type OrgRowKind, takenSentence, updateItem } from './org-rows.service.ts'
import { insertProject } from './project.repository.ts'
import { refuseTaken } from './write-conflict.ts'

export const projects: OrgRowKind<'project', Project> = {
  table: 'project',
  fromRow: (row) => ({
    id: row.id,
    name: row.name,
    description: row.description,
    created_at: wireTime(row.created_at),
  }),
}

export async function createProject(db: Db, caller: Caller, input: ProjectInput): Promise<Project> {
  refuseProjectFaults(input)
  return await writeOnce(db, caller, async (trx) => {
    const row = await refuseTaken(
      takenSentence('project', input.name),
      insertProject(trx, caller.orgId, { name: input.name, description: input.description ?? '' }),
    )
    await recordAudit(trx, caller, {
      action: 'project.create',
      subject: `project ${row.id}`,
      details: { name: row.name },
    })
    return projects.fromRow(row)
  })
}

export async function updateProject(
  db: Db,
  caller: Caller,
  id: number,
  patch: ProjectPatch,
): Promise<Project> {
  refuseProjectFaults(patch)
  return await inTransaction(db, (trx) => updateItem(trx, projects, caller, id, patch))
}

export async function deleteProject(db: Db, caller: Caller, id: number): Promise<void> {
  await inTransaction(db, (trx) => deleteItem(trx, 'project', caller, id))
}

function refuseProjectFaults({ name, description }: ProjectPatch): void {
  refuseFaults({ name: ifGiven(name, nameFault), description: ifGiven(description, textFault) })
}
