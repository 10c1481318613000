import { type Static, Type } from 'typebox'
import { closed, Id, PageQuery, pageOf, SizeBytes, Time } from './common.ts'
import { Finding } from './finding.ts'
import { OrgParam } from './org.ts'

const file = {
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
}

/** A file that the org keeps for its workflows, in its current version. */
export const LibraryFile = closed(file, { title: 'LibraryFile' })
export type LibraryFile = Static<typeof LibraryFile>

/** What an upload answers; what was found in the bytes is told to whoever sends them, each time. */
export const UploadedLibraryFile = closed(
  {
    ...file,
    findings: Type.Array(Finding, { description: 'Remarks that are no reason to refuse the file' }),
  },
  { title: 'UploadedLibraryFile' },
)
export type UploadedLibraryFile = Static<typeof UploadedLibraryFile>

export const LibraryPage = pageOf(LibraryFile)
export const LibraryPageQuery = closed(PageQuery)

export const LibraryParams = closed({ org: OrgParam, name: Type.String() })

/** For people to read: the service reads the file as it comes, as a body of its own or as this part of a form. */
export const LibraryForm = Type.Object(
  { file: Type.Unsafe<never>({ type: 'string', format: 'binary' }) },
  { title: 'LibraryUpload' },
)
