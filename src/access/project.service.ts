import type { Project, ProjectInput, ProjectPatch } from '../contract/project.ts'
import type { Db } from '../db/client.ts'
import { inTransaction } from '../db/transaction.ts'
import { AppError } from '../errors.ts'
import { writeOnce } from '../idempotency/write-once.ts'
import { type Page, type PageRequest, pageById } from '../lib/page.ts'
import { wireTime } from '../lib/wire-time.ts'
import { recordAudit } from './audit.ts'
import type { Caller } from './caller.ts'
import { ifGiven, nameFault, refuseFaults, textFault } from './faults.ts'
import * as projects from './project.repository.ts'
import { refuseInUse, refuseTaken } from './write-conflict.ts'

export async function listProjects(db: Db, { orgId }: Caller, query: PageRequest): Promise<Page<Project>> {
  return await pageById(query, (page) => projects.listProjects(db, orgId, page), projectFromRow)
}

export async function getProject(db: Db, { orgId }: Caller, id: number): Promise<Project> {
  return projectFromRow((await projects.findProject(db, orgId, id)) ?? notFound())
}

export async function createProject(db: Db, caller: Caller, input: ProjectInput): Promise<Project> {
  refuseProjectFaults(input)
  return await writeOnce(db, caller, async (trx) => {
    const row = await refuseTaken(
      taken(input.name),
      projects.insertProject(trx, caller.orgId, { name: input.name, description: input.description ?? '' }),
    )
    await recordAudit(trx, caller, {
      action: 'project.create',
      subject: `project ${row.id}`,
      details: { name: row.name },
    })
    return projectFromRow(row)
  })
}

export async function updateProject(
  db: Db,
  caller: Caller,
  id: number,
  patch: ProjectPatch,
): Promise<Project> {
  refuseProjectFaults(patch)
  if (Object.keys(patch).length === 0) return await getProject(db, caller, id)
  return await inTransaction(db, async (trx) => {
    const update = projects.updateProject(trx, caller.orgId, id, patch)
    const row = (await refuseTaken(taken(patch.name), update)) ?? notFound()
    await recordAudit(trx, caller, { action: 'project.update', subject: `project ${id}`, details: patch })
    return projectFromRow(row)
  })
}

export async function deleteProject(db: Db, caller: Caller, id: number): Promise<void> {
  await inTransaction(db, async (trx) => {
    const { name } = (await projects.findProject(trx, caller.orgId, id)) ?? notFound()
    await refuseInUse(`The project "${name}"`, projects.deleteProject(trx, caller.orgId, id))
    await recordAudit(trx, caller, {
      action: 'project.delete',
      subject: `project ${id}`,
      details: { name },
    })
  })
}

function refuseProjectFaults({ name, description }: ProjectPatch): void {
  refuseFaults({ name: ifGiven(name, nameFault), description: ifGiven(description, textFault) })
}

function taken(name: string | undefined): string {
  return `There is a project "${name}" already`
}

function notFound(): never {
  throw new AppError('not_found', 'Project not found')
}

function projectFromRow(row: projects.ProjectRow): Project {
  return {
    id: row.id,
    name: row.name,
    description: row.description,
    created_at: wireTime(row.created_at),
  }
}
