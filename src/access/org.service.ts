import type { Me, Org, OrgInput, OrgMade } from '../contract/org.ts'
import type { Db, Trx } from '../db/client.ts'
import { AppError } from '../errors.ts'
import { writeOnce } from '../idempotency/write-once.ts'
import { type Page, type PageRequest, pageById } from '../lib/page.ts'
import { slugFrom } from '../lib/slug.ts'
import { wireTime } from '../lib/wire-time.ts'
import { recordAudit, systemActor } from './audit.ts'
import type { Caller } from './caller.ts'
import { nameFault, refuseFaults } from './faults.ts'
import { findFirstOwner, insertMember } from './member.repository.ts'
import * as orgs from './org.repository.ts'
import { findToken, insertToken } from './token.repository.ts'
import { makeToken } from './token.ts'
import { refuseTaken } from './write-conflict.ts'

export interface OrgDeps {
  db: Db
  /** Gives a new org what parts above this one want it to begin with. */
  startOrg: (trx: Trx, orgId: number) => Promise<void>
}

export async function listOrgs(db: Db, query: PageRequest): Promise<Page<Org>> {
  return await pageById(query, (page) => orgs.listOrgs(db, page), orgFromRow)
}

/** The org comes with a member `owner` and that member's token. */
export async function createOrg(
  { db, startOrg }: OrgDeps,
  caller: Caller,
  input: OrgInput,
): Promise<OrgMade> {
  const slug = input.slug ?? slugFrom(input.name)
  refuseFaults({
    name: nameFault(input.name),
    slug:
      input.slug === undefined && slug === '' ? 'cannot be made from this name; give one' : slugFault(slug),
  })
  return await writeOnce(db, caller, async (trx) => {
    const org = await refuseTaken(
      `There is an org with the slug "${slug}" already`,
      insertOrgWithOwner(trx, { slug, name: input.name }, startOrg),
    )
    const ownerToken = await insertOwnerToken(trx, org.id)
    await recordAudit(trx, caller, {
      action: 'org.create',
      subject: `org ${org.id}`,
      details: { slug, name: org.name },
    })
    return { id: org.id, slug: org.slug, name: org.name, owner_token: ownerToken }
  })
}

/** An org with its starting lists and a member `owner`, and the first entry of its own audit. */
export async function insertOrgWithOwner(
  trx: Trx,
  fields: { slug: string; name: string },
  startOrg: OrgDeps['startOrg'],
): Promise<orgs.OrgRow> {
  const org = await orgs.insertOrg(trx, fields)
  await startOrg(trx, org.id)
  await insertMember(trx, org.id, { name: 'owner', email: null, role: 'owner' })
  await recordAudit(trx, systemActor(org.id), { action: 'org.create', subject: `org ${org.id}` })
  return org
}

/** For an org whose owners have lost every token. */
export async function createOwnerToken({ db }: OrgDeps, caller: Caller, id: number): Promise<OrgMade> {
  return await writeOnce(db, caller, async (trx) => {
    const org = await orgs.findOrg(trx, id)
    if (org === undefined) throw new AppError('not_found', 'Org not found')
    const ownerToken = await insertOwnerToken(trx, id)
    const entry = { action: 'org.owner_token', subject: `org ${id}` }
    await recordAudit(trx, caller, entry)
    if (caller.orgId !== id) await recordAudit(trx, systemActor(id), entry)
    return { id, slug: org.slug, name: org.name, owner_token: ownerToken }
  })
}

export async function getMe(db: Db, caller: Caller): Promise<Me> {
  const org = await orgs.findOrg(db, caller.orgId)
  const token = await findToken(db, caller.orgId, caller.tokenId)
  if (org === undefined || token === undefined) throw new AppError('unauthorized')
  return {
    org: { id: org.id, slug: org.slug, name: org.name },
    member_id: token.member_id,
    member_name: token.member_name,
    role: caller.role,
    token_id: token.id,
    token_name: token.name,
    deployment: token.deployment,
    session: token.session,
    expires_at: wireTime(token.expires_at),
  }
}

async function insertOwnerToken(trx: Trx, orgId: number): Promise<string> {
  const token = makeToken()
  const owner = await findFirstOwner(trx, orgId)
  await insertToken(trx, token, {
    orgId,
    memberId: owner?.id ?? null,
    name: 'owner',
    role: 'owner',
    expiresAt: null,
    kind: 'api',
  })
  return token
}

function slugFault(slug: string): string | null {
  if (!/^[-a-z0-9_]{1,50}$/.test(slug)) {
    return `${JSON.stringify(slug.slice(0, 60))} is not 1 to 50 lower-case letters, digits, hyphens and underscores`
  }
  return /^\d+$/.test(slug) ? `"${slug}" looks like an id; add a letter` : null
}

function orgFromRow(row: orgs.OrgRow): Org {
  return { id: row.id, slug: row.slug, name: row.name, created_at: wireTime(row.created_at) }
}
