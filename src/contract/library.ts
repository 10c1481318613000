import { type Static, Type } from 'typebox'
import { closed, Id, PageQuery, pageOf, SizeBytes, Time } from './common.ts'
import { OrgParam } from './org.ts'

/** A file that the org keeps for its workflows, in its current version. */
export const LibraryFile = closed(
  {
    name: Type.String({ examples: ['chicago.epw'] }),
    version: Type.Integer({ minimum: 1 }),
    file_id: Id,
    file_type: Type.String({ examples: ['epw'] }),
    size_bytes: SizeBytes,
    sha256: Type.String(),
    uri: Type.String(),
    created_at: Time,
    updated_at: Time,
    workflows: Type.Array(Type.String(), { description: 'Slugs of the first 100 whose steps name it' }),
  },
  { title: 'LibraryFile' },
)
export type LibraryFile = Static<typeof LibraryFile>
export const LibraryPage = pageOf(LibraryFile)
export const LibraryPageQuery = closed(PageQuery)

export const LibraryParams = closed({ org: OrgParam, name: Type.String() })

/** For people to read: the service reads the file as it comes, as a body of its own or as this part of a form. */
export const LibraryForm = Type.Object(
  { file: Type.Unsafe<never>({ type: 'string', format: 'binary' }) },
  { title: 'LibraryUpload' },
)
