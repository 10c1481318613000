import { type Static, Type } from 'typebox'
import { closed, Id, Name, Time } from './common.ts'

export const Location = closed(
  { id: Id, root: Type.String(), name: Type.String(), created_at: Time },
  { title: 'Location' },
)
export type Location = Static<typeof Location>

/** The root is checked by the location service, which says what it found. */
export const LocationInput = closed(
  {
    root: Type.String({ examples: ['/shared/projects', 'gs://bucket/prefix'] }),
    name: Type.Optional(Name),
  },
  { title: 'LocationInput' },
)
export type LocationInput = Static<typeof LocationInput>

export const LocationPatch = closed({ name: Type.Optional(Name) }, { title: 'LocationPatch' })
export type LocationPatch = Static<typeof LocationPatch>
