import { type Static, Type } from 'typebox'
import { closed, Id, Name, nullable, Time } from './common.ts'

export const JobStatus = Type.Enum(['queued', 'running', 'completed', 'failed', 'paused', 'killed'], {
  title: 'JobStatus',
})
export type JobStatus = Static<typeof JobStatus>

/** Checked by the job service, not by the schema, so that a fault names its casefile in the seed's words. */
const AuxFileInput = closed({
  file_name: Type.String(),
  path: Type.String(),
  modification_time: Type.Optional(Time),
})

const CasefileInput = closed({
  file_name: Type.String(),
  path: Type.String(),
  modification_time: Type.Optional(Time),
  status: Type.Optional(Type.Union([Type.Literal(0), Type.Literal(1)], { default: 0 })),
  modules: Type.Optional(Type.Array(Type.String({ maxLength: 200 }), { maxItems: 1000 })),
  aux_files: Type.Optional(Type.Array(AuxFileInput)),
})

export const JobInput = closed(
  {
    job: closed({
      description: Type.String({ maxLength: 10_000 }),
      project_name: Name,
      olga_version: Type.String({ minLength: 1 }),
      priority_id: Type.Optional(Id),
      engine_id: Type.Optional(Id),
      numparallelsims: Type.Optional(Type.Integer({ minimum: 1, maximum: 100_000 })),
      launch_time: Type.Optional(Time),
    }),
    casefiles: Type.Array(CasefileInput, { minItems: 1 }),
    check: Type.Optional(Type.Enum(['none', 'required'], { default: 'none' })),
    discover: Type.Optional(Type.Boolean({ default: false })),
  },
  { title: 'JobInput' },
)
export type JobInput = Static<typeof JobInput>

export const AuxFile = closed(
  {
    id: Id,
    file_name: Type.String(),
    path: Type.String(),
    modification_time: nullable(Time),
    is_output: Type.Boolean(),
    is_downloaded: Type.Boolean(),
  },
  { title: 'AuxFile' },
)
export type AuxFile = Static<typeof AuxFile>

const Simulation = closed(
  {
    id: Id,
    status_id: Type.Integer({ minimum: 0, maximum: 5 }),
    progress: Type.Integer({ minimum: 0, maximum: 100 }),
    start_time: nullable(Time),
    end_time: nullable(Time),
    sim_time: nullable(Type.Number()),
    machine_id: nullable(Type.Integer()),
  },
  { title: 'Simulation' },
)

const Casefile = closed(
  {
    id: Id,
    file_name: Type.String(),
    path: Type.String(),
    modification_time: nullable(Time),
    status: Type.Union([Type.Literal(0), Type.Literal(1)]),
    modules: Type.Array(Type.String()),
    aux_files: Type.Array(AuxFile),
  },
  { title: 'Casefile' },
)

export const Kase = closed(
  {
    id: Id,
    casefile_id: Id,
    status: JobStatus,
    progress: Type.Integer({ minimum: 0, maximum: 100 }),
    casefile: Casefile,
    simulations: Type.Array(Simulation),
  },
  { title: 'Kase' },
)
export type Kase = Static<typeof Kase>

export const Job = closed(
  {
    id: Id,
    description: Type.String(),
    project_id: Id,
    project_name: Type.String(),
    status: JobStatus,
    priority_id: nullable(Id),
    progress: Type.Integer({ minimum: 0, maximum: 100 }),
    submit_time: Time,
    start_time: nullable(Time),
    end_time: nullable(Time),
    run_time: nullable(Type.Integer()),
    numparallelsims: Type.Integer(),
    olga_version_id: Id,
    olga_version: Type.String(),
    engine_id: Id,
    launch_time: nullable(Time),
    pause_flag: Type.Boolean(),
    kill_flag: Type.Boolean(),
    created_at: Time,
    updated_at: Time,
    kases_count: Type.Integer(),
    kases: Type.Array(Kase),
  },
  { title: 'Job' },
)
export type Job = Static<typeof Job>

export const JobListQuery = closed({
  scope: Type.Enum(['token', 'org'], {
    default: 'token',
    description: 'Those made with this token, or all.',
  }),
  limit: Type.Integer({ minimum: 1, maximum: 1000, default: 100 }),
  before: Type.Optional(Id),
})
export type JobListQuery = Static<typeof JobListQuery>

export const JobPatch = closed(
  { pause_flag: Type.Optional(Type.Boolean()), kill_flag: Type.Optional(Type.Boolean()) },
  { title: 'JobPatch' },
)
export type JobPatch = Static<typeof JobPatch>

/** How many there may be is checked by the service, which says what is needed. */
export const JobStatusQuery = closed({
  job_ids: Type.Optional(Type.Array(Type.Integer({ minimum: 1 }), { description: 'Up to 1,000 jobs.' })),
})
export type JobStatusQuery = Static<typeof JobStatusQuery>

const KaseStatusItem = closed(
  {
    id: Id,
    status: JobStatus,
    progress: Type.Integer({ minimum: 0, maximum: 100 }),
    sim_id: nullable(Type.Integer()),
    start_time: nullable(Time),
    end_time: nullable(Time),
    machine: nullable(Type.String()),
  },
  { title: 'KaseStatusItem' },
)

const JobStatusItem = closed(
  {
    id: Id,
    description: Type.String(),
    status: JobStatus,
    progress: Type.Integer({ minimum: 0, maximum: 100 }),
    submit_time: Time,
    start_time: nullable(Time),
    end_time: nullable(Time),
    run_time: nullable(Type.Integer()),
    kases: Type.Array(KaseStatusItem),
  },
  { title: 'JobStatusItem' },
)
export type JobStatusItem = Static<typeof JobStatusItem>

export const JobStatuses = closed({ jobs: Type.Array(JobStatusItem) }, { title: 'JobStatuses' })
export type JobStatuses = Static<typeof JobStatuses>

/** Exactly one of the two: a schema could not say which is missing. */
export const KaseOutputsInput = closed(
  { files: Type.Optional(Type.Array(AuxFileInput)), folder: Type.Optional(Type.String()) },
  { title: 'KaseOutputsInput' },
)
export type KaseOutputsInput = Static<typeof KaseOutputsInput>

export const AuxFileParams = closed({ id: Id, aux_id: Id })
export const AuxFilePatch = closed({ is_downloaded: Type.Boolean() }, { title: 'AuxFilePatch' })
export type AuxFilePatch = Static<typeof AuxFilePatch>
