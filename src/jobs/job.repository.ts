import { sql } from 'kysely'
import type { Db, Trx } from '../db/client.ts'

export interface NewJob {
  orgId: number
  projectId: number
  tokenId: number
  description: string
  solverVersionId: number
  priorityId: number | null
  engineId: number
  numparallelsims: number
  launchTime: Date | null
}

export async function insertJob(trx: Trx, job: NewJob): Promise<number> {
  const row = await trx
    .insertInto('job')
    .values({
      org_id: job.orgId,
      project_id: job.projectId,
      token_id: job.tokenId,
      description: job.description,
      olga_version_id: job.solverVersionId,
      priority_id: job.priorityId,
      engine_id: job.engineId,
      numparallelsims: job.numparallelsims,
      launch_time: job.launchTime,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return row.id
}

/** One kase for each casefile, numbered from 0; the ids come back in that order. */
export async function insertKases(trx: Trx, orgId: number, jobId: number, count: number): Promise<number[]> {
  const { rows } = await sql<{ id: number }>`
    insert into kase (org_id, job_id, position)
    select ${orgId}, ${jobId}, position from generate_series(0, ${count - 1}::int) as position order by position
    returning id`.execute(trx)
  return rows.map((row) => row.id)
}

export interface NewCasefile {
  id: number
  kaseId: number
  useId: number
  fileName: string
  path: string
  modificationTime: Date | null
  status: 0 | 1
  modules: string[]
}

/** Casefile ids are taken first, because the uses of a casefile name it and it names its use. */
export async function nextCasefileIds(trx: Trx, count: number): Promise<number[]> {
  const { rows } = await sql<{ id: number }>`
    select nextval('casefile_id_seq')::int as id from generate_series(1, ${count}::int)`.execute(trx)
  return rows.map((row) => row.id).sort((a, b) => a - b)
}

export async function insertCasefiles(trx: Trx, orgId: number, casefiles: NewCasefile[]): Promise<void> {
  await sql`
    insert into casefile (id, org_id, kase_id, use_id, file_name, path, modification_time, status, modules)
    overriding system value
    select id, ${orgId}, kase_id, use_id, file_name, path, modification_time, status,
      array(select json_array_elements_text(modules))
    from unnest(
      ${casefiles.map((casefile) => casefile.id)}::int[], ${casefiles.map((casefile) => casefile.kaseId)}::int[],
      ${casefiles.map((casefile) => casefile.useId)}::bigint[],
      ${casefiles.map((casefile) => casefile.fileName)}::text[], ${casefiles.map((casefile) => casefile.path)}::text[],
      ${casefiles.map((casefile) => casefile.modificationTime)}::timestamptz[],
      ${casefiles.map((casefile) => casefile.status)}::int[],
      ${casefiles.map((casefile) => JSON.stringify(casefile.modules))}::json[]
    ) as c (id, kase_id, use_id, file_name, path, modification_time, status, modules)`.execute(trx)
}

/** The aux files' ids in the order given: the standing one where there is one, else made. */
export async function ensureAuxFiles(
  trx: Trx,
  orgId: number,
  auxFiles: { fileId: number; fileName: string }[],
): Promise<number[]> {
  const fileIds = auxFiles.map((aux) => aux.fileId)
  const fileNames = auxFiles.map((aux) => aux.fileName)
  await sql`
    insert into aux_file (org_id, file_id, file_name)
    select ${orgId}, file_id, file_name
    from (select distinct * from unnest(${fileIds}::int[], ${fileNames}::text[])) as a (file_id, file_name)
    where not exists (select from aux_file s where s.file_id = a.file_id and s.file_name = a.file_name)
    order by file_id, file_name collate "C"
    on conflict (file_id, file_name) do nothing`.execute(trx)
  const { rows } = await sql<{ id: number }>`
    select f.id from unnest(${fileIds}::int[], ${fileNames}::text[]) with ordinality as a (file_id, file_name, position)
    cross join lateral (
      select id from aux_file where file_id = a.file_id and file_name = a.file_name and org_id = ${orgId} offset 0
    ) f
    order by a.position`.execute(trx)
  return rows.map((row) => row.id)
}

export interface NewAssociation {
  casefileId: number
  auxFileId: number
  useId: number
  position: number
  modificationTime: Date | null
}

export async function insertAssociations(trx: Trx, associations: NewAssociation[]): Promise<void> {
  await sql`
    insert into casefile_association (casefile_id, aux_file_id, use_id, position, modification_time)
    select * from unnest(
      ${associations.map((association) => association.casefileId)}::int[],
      ${associations.map((association) => association.auxFileId)}::int[],
      ${associations.map((association) => association.useId)}::bigint[],
      ${associations.map((association) => association.position)}::int[],
      ${associations.map((association) => association.modificationTime)}::timestamptz[]
    )`.execute(trx)
}

export async function findJob(db: Db, orgId: number, id: number) {
  return await db
    .selectFrom('job')
    .innerJoin('project', 'project.id', 'job.project_id')
    .innerJoin('solver_version', (join) =>
      join
        .onRef('solver_version.org_id', '=', 'job.org_id')
        .onRef('solver_version.id', '=', 'job.olga_version_id'),
    )
    .selectAll('job')
    .select(['project.name as project_name', 'solver_version.name as olga_version'])
    .where('job.org_id', '=', orgId)
    .where('job.id', '=', id)
    .executeTakeFirst()
}
export type JobRow = NonNullable<Awaited<ReturnType<typeof findJob>>>

export async function listKases(db: Db, orgId: number, jobId: number) {
  return await db
    .selectFrom('kase')
    .innerJoin('casefile', 'casefile.kase_id', 'kase.id')
    .select([
      'kase.id',
      'kase.status',
      'kase.progress',
      'casefile.id as casefile_id',
      'casefile.file_name',
      'casefile.path',
      'casefile.modification_time',
      'casefile.status as casefile_status',
      'casefile.modules',
    ])
    .where('kase.org_id', '=', orgId)
    .where('kase.job_id', '=', jobId)
    .orderBy('kase.position')
    .execute()
}
export type KaseRow = Awaited<ReturnType<typeof listKases>>[number]

export async function listAssociations(db: Db, orgId: number, jobId: number) {
  return await db
    .selectFrom('kase')
    .innerJoin('casefile', 'casefile.kase_id', 'kase.id')
    .innerJoin('casefile_association as association', 'association.casefile_id', 'casefile.id')
    .innerJoin('aux_file', 'aux_file.id', 'association.aux_file_id')
    .innerJoin('file', 'file.id', 'aux_file.file_id')
    .innerJoin('file_use', 'file_use.id', 'association.use_id')
    .select([
      'association.casefile_id',
      'aux_file.id',
      'aux_file.file_name',
      'file.path',
      'association.modification_time',
      'association.is_downloaded',
      'file_use.direction',
    ])
    .where('kase.org_id', '=', orgId)
    .where('kase.job_id', '=', jobId)
    .orderBy('association.casefile_id')
    .orderBy('association.position')
    .execute()
}
export type AssociationRow = Awaited<ReturnType<typeof listAssociations>>[number]
