import { type Static, Type } from 'typebox'
import { analysisStatuses } from './choices.ts'
import { closed, Id, IdArgs, nullable, PageQuery, pageOf, Time } from './common.ts'
import type { Json, JsonObject } from './json.ts'

export const AnalysisStatus = Type.Enum([...analysisStatuses], {
  title: 'AnalysisStatus',
})
export type AnalysisStatus = Static<typeof AnalysisStatus>

const TypeName = Type.String({ minLength: 1, maxLength: 200 })
const GroupIds = Type.Array(Type.String({ minLength: 1, maxLength: 200 }), { maxItems: 100_000 })
const Meta = Type.Unsafe<JsonObject>({ type: 'object' })
/** What is in the tree is read by the analyses' own parser, which names the place of each fault. */
const Outputs = Type.Unsafe<JsonObject | string | null>({
  anyOf: [{ type: 'object' }, { type: 'string' }, { type: 'null' }],
  description:
    'A tree: an object with a string `basename` is a file, every other object or list is structure. A string is a single file.',
})
const Output = Type.String({ description: 'Deprecated: the path of a single file; use outputs' })

const changeable = {
  status: AnalysisStatus,
  outputs: Type.Optional(Outputs),
  output: Type.Optional(Output),
  meta: Type.Optional(Meta),
  active: Type.Optional(Type.Boolean({ default: true })),
  timestamp_completed: Type.Optional(Time),
}

export const AnalysisInput = closed(
  {
    type: TypeName,
    sequencing_group_ids: Type.Optional(GroupIds),
    author: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
    ...changeable,
  },
  { title: 'AnalysisInput' },
)
export type AnalysisInput = Static<typeof AnalysisInput>

export const AnalysisPatch = closed(
  { ...changeable, status: Type.Optional(AnalysisStatus), active: Type.Optional(Type.Boolean()) },
  { title: 'AnalysisUpdateInput' },
)
export type AnalysisPatch = Static<typeof AnalysisPatch>

const AnalysisChange = closed(
  {
    path: Type.String(),
    at: Type.String({ description: 'Where in outputs', examples: ['results.vcf', 'list[2]'] }),
    state: Type.Enum(['appeared', 'changed', 'gone', 'returned'], { title: 'AnalysisChangeState' }),
    seen_at: Time,
    reason: Type.String(),
  },
  { title: 'AnalysisChange' },
)
export type AnalysisChange = Static<typeof AnalysisChange>

export const Analysis = closed(
  {
    id: Id,
    project: Type.String(),
    type: Type.String(),
    status: AnalysisStatus,
    sequencing_group_ids: Type.Array(Type.String()),
    outputs: Type.Unsafe<Json>({
      description:
        'The tree as it was sent, with the facts of each file in its place; a file that is not there is its path as a string.',
    }),
    output: nullable(Type.String()),
    meta: Meta,
    active: Type.Boolean(),
    author: nullable(Type.String()),
    timestamp_completed: nullable(Time),
    created_at: Time,
    updated_at: Time,
    changes: Type.Array(AnalysisChange),
  },
  { title: 'Analysis' },
)
export type Analysis = Static<typeof Analysis>

const MissingAs = Type.Enum(['string', 'object'], {
  title: 'MissingAs',
  default: 'string',
  description: 'How a file that is not there is shown: as its path, or as an object that says why',
})
export const ShowQuery = closed({ missing: MissingAs })
export type ShowQuery = Static<typeof ShowQuery>

export const RegisterQuery = closed({
  missing: MissingAs,
  unreachable: Type.Enum(['accept', 'refuse'], {
    title: 'IfUnreachable',
    default: 'accept',
    description: 'With `refuse` nothing is stored where a store does not answer or no location covers a path',
  }),
})
export type RegisterQuery = Static<typeof RegisterQuery>

export const AnalysisListQuery = closed({
  ...PageQuery,
  missing: MissingAs,
  project: Type.Optional(Type.String({ maxLength: 200 })),
  type: Type.Optional(Type.String({ maxLength: 200 })),
  status: Type.Optional(AnalysisStatus),
  sequencing_group_id: Type.Optional(Type.String({ maxLength: 200 })),
  path: Type.Optional(Type.String({ maxLength: 40_000, description: 'A file among its outputs' })),
})
export type AnalysisListQuery = Static<typeof AnalysisListQuery>
export const AnalysisPage = pageOf(Analysis)

export const AnalysisSearch = closed(
  {
    projects: Type.Optional(Type.Array(Type.String({ maxLength: 200 }), { maxItems: 1000 })),
    sequencing_group_ids: Type.Optional(GroupIds),
    type: Type.Optional(Type.String({ maxLength: 200 })),
    status: Type.Optional(AnalysisStatus),
    active: Type.Optional(Type.Boolean()),
  },
  { title: 'AnalysisSearch' },
)
export type AnalysisSearch = Static<typeof AnalysisSearch>

export const ProjectParams = closed({ project: Type.String() })

export const AnalysisArgs = closed({ ...IdArgs.properties, ...ShowQuery.properties })
export const CreateAnalysisArgs = closed({
  project: Type.String(),
  analysis: AnalysisInput,
  ...RegisterQuery.properties,
})
export const UpdateAnalysisArgs = closed({
  analysis_id: Type.Integer(),
  analysis: AnalysisPatch,
  ...RegisterQuery.properties,
})
