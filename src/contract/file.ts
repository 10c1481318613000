import { type Static, Type } from 'typebox'
import { closed, Id, nullable, PageQuery, pageOf, SizeBytes, Time } from './common.ts'

export const FileState = Type.Enum(['declared', 'verified', 'missing', 'gone', 'unreachable'], {
  title: 'FileState',
})
export type FileState = Static<typeof FileState>
export const Direction = Type.Enum(['in', 'out'], { title: 'Direction' })

const summary = {
  id: Id,
  path: Type.String(),
  name: Type.String(),
  state: FileState,
  reason: Type.String(),
  checked_at: nullable(Time),
  size: nullable(SizeBytes),
  file_checksum: nullable(Type.String()),
  version: nullable(Type.Integer()),
}

export const FileSummary = closed(summary, { title: 'FileSummary' })
export type FileSummary = Static<typeof FileSummary>
export const FilePage = pageOf(FileSummary)

const FileVersion = closed(
  {
    version: Type.Integer(),
    size: nullable(SizeBytes),
    file_checksum: nullable(Type.String()),
    sha256: nullable(Type.String()),
    generation: nullable(Type.String()),
    modified_at: nullable(Time),
    member_count: nullable(Type.Integer()),
    members_digest: nullable(Type.String()),
    created_at: Time,
  },
  { title: 'FileVersion' },
)

const FileCompanion = closed(
  { id: Id, path: Type.String(), name: Type.String(), subject: Type.String(), place: Type.String() },
  { title: 'FileCompanion' },
)

const FileUse = closed(
  {
    subject: Type.String({ examples: ['casefile 12'] }),
    place: Type.String(),
    direction: Direction,
    version: nullable(Type.Integer()),
    created_at: Time,
  },
  { title: 'FileUse' },
)

export const FileDetail = closed(
  {
    ...summary,
    kind: Type.Enum(['file', 'directory'], { title: 'FileKind' }),
    basename: Type.String(),
    dirname: Type.String(),
    nameroot: Type.String(),
    nameext: nullable(Type.String()),
    versions: Type.Array(FileVersion),
    companions: Type.Array(FileCompanion),
    uses: Type.Array(FileUse),
  },
  { title: 'File' },
)
export type FileDetail = Static<typeof FileDetail>

export const FileQuery = closed({
  ...PageQuery,
  name: Type.Optional(Type.String({ maxLength: 4096 })),
  path_prefix: Type.Optional(Type.String({ maxLength: 8192 })),
  ext: Type.Optional(Type.String({ maxLength: 255 })),
  state: Type.Optional(FileState),
  checksum: Type.Optional(Type.String({ maxLength: 100 })),
  direction: Type.Optional(Direction),
})
export type FileQuery = Static<typeof FileQuery>

export const VerifyInput = closed(
  {
    ids: Type.Optional(Type.Array(Id, { minItems: 1, maxItems: 10_000 })),
    paths: Type.Optional(Type.Array(Type.String(), { minItems: 1, maxItems: 10_000 })),
  },
  { title: 'VerifyInput' },
)
export type VerifyInput = Static<typeof VerifyInput>

export const VerifyResult = closed(
  { items: Type.Array(FileSummary), calls: Type.Integer({ description: 'Requests made to the stores' }) },
  { title: 'VerifyResult' },
)

export const FileLinkInput = closed(
  {
    expires_in: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 3600, description: 'In seconds; 600 unless given' }),
    ),
  },
  { title: 'FileLinkInput' },
)
export const FileLink = closed({ url: Type.String(), expires_at: Time }, { title: 'FileLink' })
export const LinkParams = closed({ link: Type.String() })
