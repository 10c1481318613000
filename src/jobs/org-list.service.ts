import { recordAudit } from '../access/audit.ts'
import type { Caller } from '../access/caller.ts'
import { ifGiven, nameFault, refuseFaults } from '../access/faults.ts'
import { lockOrg } from '../access/org.repository.ts'
import { refuseInUse, refuseTaken } from '../access/write-conflict.ts'
import type { EngineKind } from '../contract/org-list.ts'
import type { Db } from '../db/client.ts'
import { inTransaction } from '../db/transaction.ts'
import { AppError } from '../errors.ts'
import { writeOnce } from '../idempotency/write-once.ts'
import { type Page, type PageRequest, pageById } from '../lib/page.ts'
import { wireTime } from '../lib/wire-time.ts'
import * as orgLists from './org-list.repository.ts'

type OrgList = orgLists.OrgList
type Patch = orgLists.OrgListPatch

const nounOf = {
  priority: 'priority',
  engine: 'engine',
  solver_version: 'solver version',
} as const satisfies Record<OrgList, string>

/** As all three lists answer; `kind` is there for engines only. */
interface OrgListItem {
  id: number
  name: string
  kind?: EngineKind
  created_at: string
}

export async function listItems(
  db: Db,
  list: OrgList,
  { orgId }: Caller,
  query: PageRequest,
): Promise<Page<OrgListItem>> {
  return await pageById(query, (page) => orgLists.listOrgList(db, list, orgId, page), itemFromRow)
}

export async function getItem(db: Db, list: OrgList, { orgId }: Caller, id: number): Promise<OrgListItem> {
  return itemFromRow((await orgLists.findInOrgList(db, list, orgId, { id })) ?? notFound(list))
}

export async function createItem(
  db: Db,
  list: OrgList,
  caller: Caller,
  input: { name: string; kind?: EngineKind },
): Promise<OrgListItem> {
  refuseFaults({ name: nameFault(input.name) })
  return await writeOnce(db, caller, async (trx) => {
    await lockOrg(trx, caller.orgId)
    const insert = orgLists.insertInOrgList(trx, list, caller.orgId, input)
    const row = await refuseTaken(taken(list, input.name), insert)
    await recordAudit(trx, caller, {
      action: `${list}.create`,
      subject: `${nounOf[list]} ${row.id}`,
      details: input,
    })
    return itemFromRow(row)
  })
}

export async function updateItem(
  db: Db,
  list: OrgList,
  caller: Caller,
  id: number,
  patch: Patch,
): Promise<OrgListItem> {
  refuseFaults({ name: ifGiven(patch.name, nameFault) })
  if (Object.keys(patch).length === 0) return await getItem(db, list, caller, id)
  return await inTransaction(db, async (trx) => {
    const update = orgLists.updateInOrgList(trx, list, caller.orgId, id, patch)
    const row = (await refuseTaken(taken(list, patch.name), update)) ?? notFound(list)
    await recordAudit(trx, caller, {
      action: `${list}.update`,
      subject: `${nounOf[list]} ${id}`,
      details: patch,
    })
    return itemFromRow(row)
  })
}

export async function deleteItem(db: Db, list: OrgList, caller: Caller, id: number): Promise<void> {
  await inTransaction(db, async (trx) => {
    await lockOrg(trx, caller.orgId)
    const { name } = (await orgLists.findInOrgList(trx, list, caller.orgId, { id })) ?? notFound(list)
    const deletion = orgLists.deleteFromOrgList(trx, list, caller.orgId, id)
    await refuseInUse(`The ${nounOf[list]} "${name}"`, deletion)
    await recordAudit(trx, caller, {
      action: `${list}.delete`,
      subject: `${nounOf[list]} ${id}`,
      details: { name },
    })
  })
}

function taken(list: OrgList, name: string | undefined): string {
  return `There is ${list === 'engine' ? 'an' : 'a'} ${nounOf[list]} "${name}" already`
}

function notFound(list: OrgList): never {
  const noun = nounOf[list]
  throw new AppError('not_found', `${noun.charAt(0).toUpperCase()}${noun.slice(1)} not found`)
}

function itemFromRow({ id, name, kind, created_at }: orgLists.OrgListRow): OrgListItem {
  return { id, name, ...(kind === undefined ? {} : { kind }), created_at: wireTime(created_at) }
}
