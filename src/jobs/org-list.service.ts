import { recordAudit } from '../access/audit.ts'
import type { Caller } from '../access/caller.ts'
import { ifGiven, nameFault, refuseFaults } from '../access/faults.ts'
import { lockOrg } from '../access/org.repository.ts'
import type { OrgRow } from '../access/org-rows.repository.ts'
import { deleteItem, nounOf, type OrgRowKind, takenSentence, updateItem } from '../access/org-rows.service.ts'
import { refuseTaken } from '../access/write-conflict.ts'
import type { EngineKind } from '../contract/org-list.ts'
import type { Db } from '../db/client.ts'
import { inTransaction } from '../db/transaction.ts'
import { writeOnce } from '../idempotency/write-once.ts'
import { wireTime } from '../lib/wire-time.ts'
import { insertInOrgList, type OrgList } from './org-list.repository.ts'

/** As all three lists answer; `kind` is there for engines only. */
interface OrgListItem {
  id: number
  name: string
  kind?: EngineKind
  created_at: string
}

export interface OrgListInput {
  name: string
  kind?: EngineKind
}

export const orgListKind = (table: OrgList): OrgRowKind<OrgList, OrgListItem> => ({ table, fromRow })

function fromRow({ id, name, kind, created_at }: OrgRow<OrgList> & { kind?: EngineKind }): OrgListItem {
  return { id, name, ...(kind === undefined ? {} : { kind }), created_at: wireTime(created_at) }
}

export async function createInOrgList(
  db: Db,
  list: OrgList,
  caller: Caller,
  input: OrgListInput,
): Promise<OrgListItem> {
  refuseFaults({ name: nameFault(input.name) })
  return await writeOnce(db, caller, async (trx) => {
    await lockOrg(trx, caller.orgId)
    const insert = insertInOrgList(trx, list, caller.orgId, input)
    const row = await refuseTaken(takenSentence(list, input.name), insert)
    await recordAudit(trx, caller, {
      action: `${list}.create`,
      subject: `${nounOf(list)} ${row.id}`,
      details: input,
    })
    return fromRow(row)
  })
}

export async function updateInOrgList(
  db: Db,
  list: OrgList,
  caller: Caller,
  id: number,
  patch: Partial<OrgListInput>,
): Promise<OrgListItem> {
  refuseFaults({ name: ifGiven(patch.name, nameFault) })
  return await inTransaction(db, (trx) => updateItem(trx, orgListKind(list), caller, id, patch))
}

export async function deleteFromOrgList(db: Db, list: OrgList, caller: Caller, id: number): Promise<void> {
  await inTransaction(db, async (trx) => {
    await lockOrg(trx, caller.orgId)
    await deleteItem(trx, list, caller, id)
  })
}
