import { type Static, Type } from 'typebox'
import { runStates } from './choices.ts'
import { closed, Id, Name, nullable, PageQuery, pageOf, SizeBytes, Time } from './common.ts'
import { Direction } from './file.ts'
import { Finding } from './finding.ts'
import type { JsonObject } from './json.ts'
import { OrgParam } from './org.ts'

export const RunState = Type.Enum([...runStates], {
  title: 'RunState',
})
export type RunState = Static<typeof RunState>

export const RunFile = closed(
  {
    file_id: Id,
    slot: nullable(Type.String()),
    role: Type.Enum(['primary', 'auxiliary', 'library', 'artifact'], { title: 'RunFileRole' }),
    direction: Direction,
    original_filename: Type.String({ examples: ['chicago.epw'] }),
    file_type: nullable(Type.String({ examples: ['epw'] })),
    size_bytes: SizeBytes,
    sha256: Type.String(),
    uri: Type.String(),
    gcs_uri: Type.String({
      description: 'The same where it is in a bucket of Google Cloud Storage, else empty',
    }),
    same_as: nullable(Id),
    created: Time,
  },
  { title: 'RunFile' },
)
export type RunFile = Static<typeof RunFile>

const RunStep = closed(
  {
    index: Type.Integer({ minimum: 0 }),
    name: Type.String(),
    validator: Type.String(),
    state: RunState,
    started_at: nullable(Time),
    finished_at: nullable(Time),
  },
  { title: 'RunStep' },
)

const Metadata = Type.Unsafe<JsonObject>({ type: 'object', additionalProperties: true })

export const Run = closed(
  {
    id: Id,
    workflow: Type.String({ description: 'Its slug' }),
    workflow_version: Type.Integer({ minimum: 1 }),
    state: RunState,
    name: nullable(Name),
    metadata: Metadata,
    created_at: Time,
    started_at: nullable(Time),
    finished_at: nullable(Time),
    files: Type.Array(RunFile),
    steps: Type.Array(RunStep),
    findings: Type.Array(Finding),
  },
  { title: 'Run' },
)
export type Run = Static<typeof Run>
export const RunPage = pageOf(Run)

export const RunQuery = closed({
  ...PageQuery,
  workflow: Type.Optional(Type.String({ maxLength: 50, description: 'The slug or the id of a workflow' })),
  state: Type.Optional(RunState),
})
export type RunQuery = Static<typeof RunQuery>

export const RunParams = closed({ org: OrgParam, id: Id })

/** What launching would say of a submission. */
export const SubmissionCheck = closed(
  {
    acceptable: Type.Boolean(),
    details: Type.Array(closed({ field: Type.String(), message: Type.String() })),
  },
  { title: 'SubmissionCheck' },
)
export type SubmissionCheck = Static<typeof SubmissionCheck>

/** The parts of a submission, for people to read: the service reads them as they come. */
export const SubmissionForm = Type.Object(
  {
    payload: Type.Optional(
      Type.Unsafe<never>({
        type: 'string',
        format: 'binary',
        description: 'The primary file; `file` is the same',
      }),
    ),
    file: Type.Optional(Type.Unsafe<never>({ type: 'string', format: 'binary' })),
    name: Type.Optional(Name),
    metadata: Type.Optional(Type.String({ description: 'A JSON object' })),
  },
  {
    title: 'Submission',
    additionalProperties: {
      type: 'string',
      format: 'binary',
      description: '`aux_<slot>`: the file for that slot of the workflow',
    },
  },
)
