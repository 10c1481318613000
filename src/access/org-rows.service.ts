import type { Updateable } from 'kysely'
import type { Db, Trx } from '../db/client.ts'
import type { Schema } from '../db/schema.ts'
import { AppError } from '../errors.ts'
import { type Page, type PageRequest, pageById } from '../lib/page.ts'
import { recordAudit } from './audit.ts'
import type { Caller } from './caller.ts'
import {
  deleteOrgRow,
  findOrgRow,
  listOrgRows,
  type OrgRow,
  type OrgRowTable,
  updateOrgRow,
} from './org-rows.repository.ts'
import { refuseInUse, refuseTaken } from './write-conflict.ts'

/** One kind of named thing that an org keeps, and how the wire shows it. */
export interface OrgRowKind<T extends OrgRowTable, Item> {
  table: T
  fromRow: (row: OrgRow<T>) => Item
}

export async function listItems<T extends OrgRowTable, Item>(
  db: Db,
  { table, fromRow }: OrgRowKind<T, Item>,
  { orgId }: Caller,
  query: PageRequest,
): Promise<Page<Item>> {
  return await pageById(query, (page) => listOrgRows(db, table, orgId, page), fromRow)
}

export async function getItem<T extends OrgRowTable, Item>(
  db: Db,
  { table, fromRow }: OrgRowKind<T, Item>,
  { orgId }: Caller,
  id: number,
): Promise<Item> {
  return fromRow((await findOrgRow(db, table, orgId, id)) ?? notFound(table))
}

/** An empty patch changes nothing and is not audited. */
export async function updateItem<T extends OrgRowTable, Item>(
  trx: Trx,
  kind: OrgRowKind<T, Item>,
  caller: Caller,
  id: number,
  patch: Updateable<Schema[T]> & { name?: string },
): Promise<Item> {
  const { table, fromRow } = kind
  if (Object.keys(patch).length === 0) return await getItem(trx, kind, caller, id)
  const update = updateOrgRow(trx, table, caller.orgId, id, patch)
  const row = (await refuseTaken(takenSentence(table, patch.name), update)) ?? notFound(table)
  await recordAudit(trx, caller, {
    action: `${table}.update`,
    subject: `${nounOf(table)} ${id}`,
    details: patch,
  })
  return fromRow(row)
}

export async function deleteItem(trx: Trx, table: OrgRowTable, caller: Caller, id: number): Promise<void> {
  const { name } = (await findOrgRow(trx, table, caller.orgId, id)) ?? notFound(table)
  await refuseInUse(`The ${nounOf(table)} "${name}"`, deleteOrgRow(trx, table, caller.orgId, id))
  await recordAudit(trx, caller, {
    action: `${table}.delete`,
    subject: `${nounOf(table)} ${id}`,
    details: { name },
  })
}

export function takenSentence(table: OrgRowTable, name: string | undefined): string {
  const noun = nounOf(table)
  return `There is ${/^[aeiou]/.test(noun) ? 'an' : 'a'} ${noun} "${name}" already`
}

export function notFound(table: OrgRowTable): never {
  const noun = nounOf(table)
  throw new AppError('not_found', `${noun.charAt(0).toUpperCase()}${noun.slice(1)} not found`)
}

/** `solver_version` is "solver version" in a sentence. */
export function nounOf(table: OrgRowTable): string {
  return table.replaceAll('_', ' ')
}
