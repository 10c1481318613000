import { type Static, Type } from 'typebox'
import { closed, Id, Name, Time } from './common.ts'

export const Project = closed(
  { id: Id, name: Name, description: Type.String(), created_at: Time },
  { title: 'Project' },
)
export type Project = Static<typeof Project>

const Description = Type.String({ maxLength: 10_000 })

export const ProjectInput = closed(
  { name: Name, description: Type.Optional(Description) },
  { title: 'ProjectInput' },
)
export type ProjectInput = Static<typeof ProjectInput>

export const ProjectPatch = closed(
  { name: Type.Optional(Name), description: Type.Optional(Description) },
  { title: 'ProjectPatch' },
)
export type ProjectPatch = Static<typeof ProjectPatch>
