import type { Location, LocationInput, LocationPatch } from '../contract/location.ts'
import type { Db } from '../db/client.ts'
import { inTransaction } from '../db/transaction.ts'
import { AppError } from '../errors.ts'
import { writeOnce } from '../idempotency/write-once.ts'
import { wireTime } from '../lib/wire-time.ts'
import { recordAudit, systemActor } from './audit.ts'
import type { Caller } from './caller.ts'
import type { Deployment } from './deployment.ts'
import { ifGiven, nameFault, refuseFaults } from './faults.ts'
import { insertLocation, listLocationRoots } from './location.repository.ts'
import { leadsOutOfAllowed, liesWithin, normalRoot, rootFault } from './location-root.ts'
import { findOrg } from './org.repository.ts'
import { deleteOrgRow, findOrgRow } from './org-rows.repository.ts'
import { notFound, type OrgRowKind, updateItem } from './org-rows.service.ts'
import { refuseTaken } from './write-conflict.ts'

export interface LocationDeps {
  db: Db
  deployment: Deployment
}

export const locations: OrgRowKind<'location', Location> = {
  table: 'location',
  fromRow: (row) => ({ id: row.id, root: row.root, name: row.name, created_at: wireTime(row.created_at) }),
}

/** A location lets the org read what lies there, so what lies outside those that it has needs the deployment's token. */
export async function createLocation(
  deps: LocationDeps,
  caller: Caller,
  input: LocationInput,
): Promise<Location> {
  return await createOrgLocation(deps, caller, caller.orgId, input)
}

/** In an org other than the caller's only for a deployment token. */
export async function createOrgLocation(
  { db, deployment }: LocationDeps,
  caller: Caller,
  orgId: number,
  input: LocationInput,
): Promise<Location> {
  refuseFaults({
    name: ifGiven(input.name, nameFault),
    root: (await rootFault(input.root, deployment)) ?? (await notAllowed(db, input.root, deployment, caller)),
  })
  const root = normalRoot(input.root)
  return await writeOnce(db, caller, async (trx) => {
    if ((await findOrg(trx, orgId)) === undefined) throw new AppError('not_found', 'Org not found')
    const row = await refuseTaken(
      `"${root}" is a location of this org already`,
      insertLocation(trx, orgId, { root, name: input.name ?? root }),
    )
    const entry = {
      action: 'location.create',
      subject: `location ${row.id}`,
      details: { root, name: row.name },
    }
    await recordAudit(trx, caller.orgId === orgId ? caller : systemActor(orgId), entry)
    if (caller.orgId !== orgId) {
      await recordAudit(trx, caller, { ...entry, details: { ...entry.details, org_id: orgId } })
    }
    return locations.fromRow(row)
  })
}

export async function updateLocation(
  db: Db,
  caller: Caller,
  id: number,
  patch: LocationPatch,
): Promise<Location> {
  refuseFaults({ name: ifGiven(patch.name, nameFault) })
  return await inTransaction(db, (trx) => updateItem(trx, locations, caller, id, patch))
}

/** Nothing refers to a location: the ledger keeps its files. */
export async function deleteLocation(db: Db, caller: Caller, id: number): Promise<void> {
  await inTransaction(db, async (trx) => {
    const { root } = (await findOrgRow(trx, 'location', caller.orgId, id)) ?? notFound('location')
    await deleteOrgRow(trx, 'location', caller.orgId, id)
    await recordAudit(trx, caller, {
      action: 'location.delete',
      subject: `location ${id}`,
      details: { root },
    })
  })
}

async function notAllowed(
  db: Db,
  root: string,
  deployment: Deployment,
  caller: Caller,
): Promise<string | null> {
  if (caller.deployment) {
    return (await leadsOutOfAllowed(root, deployment))
      ? `"${root}" is a link out of what this deployment allows; add the folder that it leads to`
      : null
  }
  if (await liesWithin(await listLocationRoots(db, caller.orgId), root)) return null
  return (
    `"${root}" is not within a location that this org has; ask whoever runs Waybill to start the server with ` +
    '--location for it, or to add it with the deployment token'
  )
}
