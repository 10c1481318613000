import { type RawBuilder, sql } from 'kysely'
import type { Db, Trx } from '../db/client.ts'
import { type KasesBy, kasesBy } from './kase.repository.ts'

interface NamedAuxFile {
  fileId: number
  fileName: string
}

/** The aux files' ids in the order given: the standing one where there is one, else made. */
export async function ensureAuxFiles(
  trx: Trx,
  orgId: number,
  auxFiles: readonly NamedAuxFile[],
): Promise<number[]> {
  const found = await findAuxFiles(trx, orgId, auxFiles)
  const isNew = (_: unknown, index: number) => found[index] === null
  if (!found.some((id) => id === null)) return idsOf(found)
  await insertAuxFiles(trx, orgId, auxFiles.filter(isNew))
  const made = await findAuxFiles(trx, orgId, auxFiles.filter(isNew))
  return idsOf(found.map((id) => id ?? made.shift() ?? null))
}

async function findAuxFiles(
  db: Db,
  orgId: number,
  auxFiles: readonly NamedAuxFile[],
): Promise<(number | null)[]> {
  const { rows } = await sql<{ id: number | null }>`
    select f.id
    from unnest(${auxFiles.map((aux) => aux.fileId)}::int[], ${auxFiles.map((aux) => aux.fileName)}::text[])
      with ordinality as wanted (file_id, file_name, position)
    left join lateral (
      select id from aux_file
      where file_id = wanted.file_id and file_name = wanted.file_name and org_id = ${orgId} offset 0
    ) f on true
    order by wanted.position`.execute(db)
  return rows.map((row) => row.id)
}

/** In one order, so that two who make the same ones do not deadlock; what another made first is left out. */
async function insertAuxFiles(trx: Trx, orgId: number, auxFiles: readonly NamedAuxFile[]): Promise<void> {
  await sql`
    insert into aux_file (org_id, file_id, file_name)
    select ${orgId}, file_id, file_name
    from (select distinct * from unnest(${auxFiles.map((aux) => aux.fileId)}::int[],
      ${auxFiles.map((aux) => aux.fileName)}::text[])) as a (file_id, file_name)
    order by file_id, file_name collate "C"
    on conflict (file_id, file_name) do nothing`.execute(trx)
}

function idsOf(found: readonly (number | null)[]): number[] {
  return found.map((id) => {
    if (id === null) throw new Error('An aux file that was made is not there')
    return id
  })
}

export interface NewAssociation {
  casefileId: number
  auxFileId: number
  useId: number
  position: number
  modificationTime: Date | null
}

/** The inputs of casefiles just made. */
export async function insertInputs(trx: Trx, associations: readonly NewAssociation[]): Promise<void> {
  await insertAssociations(trx, false, associations, sql``)
}

/** An output that stands already shows the use that is given now; other bytes have not been downloaded yet. */
export async function saveOutputs(trx: Trx, associations: readonly NewAssociation[]): Promise<void> {
  await insertAssociations(
    trx,
    true,
    associations,
    sql`on conflict (casefile_id, aux_file_id, is_output) do update set use_id = excluded.use_id,
      modification_time = excluded.modification_time, is_downloaded = a.is_downloaded and a.use_id = excluded.use_id`,
  )
}

async function insertAssociations(
  trx: Trx,
  isOutput: boolean,
  associations: readonly NewAssociation[],
  onConflict: RawBuilder<unknown>,
): Promise<void> {
  await sql`
    insert into casefile_association as a (casefile_id, aux_file_id, is_output, use_id, position, modification_time)
    select casefile_id, aux_file_id, ${isOutput}, use_id, position, modification_time
    from unnest(
      ${associations.map((association) => association.casefileId)}::int[],
      ${associations.map((association) => association.auxFileId)}::int[],
      ${associations.map((association) => association.useId)}::bigint[],
      ${associations.map((association) => association.position)}::int[],
      ${associations.map((association) => association.modificationTime)}::timestamptz[]
    ) as i (casefile_id, aux_file_id, use_id, position, modification_time)
    ${onConflict}`.execute(trx)
}

export interface AssociationRow {
  casefile_id: number
  id: number
  file_name: string
  path: string
  modification_time: Date | null
  is_output: boolean
  is_downloaded: boolean
}

/** Inputs before outputs, each in their order. */
export async function listAssociations(db: Db, orgId: number, by: KasesBy): Promise<AssociationRow[]> {
  const { rows } = await sql<AssociationRow>`
    select a.casefile_id, x.id, x.file_name, f.path, a.modification_time, a.is_output, a.is_downloaded
    from ${kasesBy(by)}
    cross join lateral (select id from casefile where kase_id = k.id offset 0) c
    cross join lateral (select * from casefile_association where casefile_id = c.id offset 0) a
    cross join lateral (select * from aux_file where id = a.aux_file_id offset 0) x
    cross join lateral (select path from file where id = x.file_id offset 0) f
    where k.org_id = ${orgId}
    order by a.casefile_id, a.is_output, a.position`.execute(db)
  return rows
}

export interface OutputAssociation {
  auxFileId: number
  useId: number
  versionId: number | null
  position: number
  modificationTime: Date | null
}

/** The outputs that a casefile shows, and which version each is. */
export async function listOutputAssociations(trx: Trx, casefileId: number): Promise<OutputAssociation[]> {
  const { rows } = await sql<OutputAssociation>`
    select a.aux_file_id as "auxFileId", a.use_id as "useId", u.version_id as "versionId", a.position,
      a.modification_time as "modificationTime"
    from (select * from casefile_association where casefile_id = ${casefileId} and is_output offset 0) a
    cross join lateral (select version_id from file_use where id = a.use_id offset 0) u`.execute(trx)
  return rows
}

/** Of what is an input and an output the output is meant. False where it was so already; undefined where there is none. */
export async function setDownloaded(
  trx: Trx,
  casefileId: number,
  auxFileId: number,
  isDownloaded: boolean,
): Promise<boolean | undefined> {
  const { rows } = await sql<{ was: boolean }>`
    update casefile_association a set is_downloaded = ${isDownloaded}
    from (
      select casefile_id, aux_file_id, is_output, is_downloaded as was from casefile_association
      where casefile_id = ${casefileId} and aux_file_id = ${auxFileId} order by is_output desc limit 1
    ) o
    where a.casefile_id = o.casefile_id and a.aux_file_id = o.aux_file_id and a.is_output = o.is_output
    returning o.was`.execute(trx)
  return rows[0] && rows[0].was !== isDownloaded
}
