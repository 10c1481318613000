import type { Location, LocationInput, LocationPatch } from '../contract/location.ts'
import type { Db } from '../db/client.ts'
import { inTransaction } from '../db/transaction.ts'
import { AppError } from '../errors.ts'
import { wireTime } from '../lib/wire-time.ts'
import { recordAudit, systemActor } from './audit.ts'
import type { Caller } from './caller.ts'
import type { Deployment } from './deployment.ts'
import { ifGiven, nameFault, refuseFaults } from './faults.ts'
import * as locations from './location.repository.ts'
import { isAllowedRoot, leadsOutOfAllowed, normalRoot, rootFault } from './location-root.ts'
import { findOrg } from './org.repository.ts'
import { type Page, pageById } from './page.ts'
import { refuseInUse, refuseTaken } from './write-conflict.ts'
import { writeOnce } from './write-once.ts'

export interface LocationDeps {
  db: Db
  deployment: Deployment
}

export async function listLocations(
  db: Db,
  { orgId }: Caller,
  query: { limit: number; cursor?: string },
): Promise<Page<Location>> {
  return await pageById(query, (page) => locations.listLocations(db, orgId, page), locationFromRow)
}

export async function getLocation(db: Db, { orgId }: Caller, id: number): Promise<Location> {
  return locationFromRow((await locations.findLocation(db, orgId, id)) ?? notFound())
}

/** A location lets the org read what lies there, so what a deployment has not allowed needs its token. */
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
    root: (await rootFault(input.root, deployment)) ?? (await notAllowed(input.root, deployment, caller)),
  })
  const root = normalRoot(input.root)
  return await writeOnce(db, caller, async (trx) => {
    if ((await findOrg(trx, orgId)) === undefined) throw new AppError('not_found', 'Org not found')
    const row = await refuseTaken(
      `"${root}" is a location of this org already`,
      locations.insertLocation(trx, orgId, { root, name: input.name ?? root }),
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
    return locationFromRow(row)
  })
}

export async function updateLocation(
  db: Db,
  caller: Caller,
  id: number,
  { name }: LocationPatch,
): Promise<Location> {
  refuseFaults({ name: ifGiven(name, nameFault) })
  if (name === undefined) return await getLocation(db, caller, id)
  return await inTransaction(db, async (trx) => {
    const row = (await locations.renameLocation(trx, caller.orgId, id, name)) ?? notFound()
    await recordAudit(trx, caller, {
      action: 'location.update',
      subject: `location ${id}`,
      details: { name },
    })
    return locationFromRow(row)
  })
}

export async function deleteLocation(db: Db, caller: Caller, id: number): Promise<void> {
  await inTransaction(db, async (trx) => {
    const { root } = (await locations.findLocation(trx, caller.orgId, id)) ?? notFound()
    await refuseInUse(`The location "${root}"`, locations.deleteLocation(trx, caller.orgId, id))
    await recordAudit(trx, caller, {
      action: 'location.delete',
      subject: `location ${id}`,
      details: { root },
    })
  })
}

async function notAllowed(root: string, deployment: Deployment, caller: Caller): Promise<string | null> {
  if (await isAllowedRoot(root, deployment)) return null
  if (caller.deployment) {
    return (await leadsOutOfAllowed(root, deployment))
      ? `"${root}" is a link out of what this deployment allows; add the folder that it leads to`
      : null
  }
  return (
    `"${root}" is not within what this deployment allows; ask whoever runs it to start the server with ` +
    '--location for it, or to add it with the deployment token'
  )
}

function notFound(): never {
  throw new AppError('not_found', 'Location not found')
}

function locationFromRow(row: locations.LocationRow): Location {
  return { id: row.id, root: row.root, name: row.name, created_at: wireTime(row.created_at) }
}
