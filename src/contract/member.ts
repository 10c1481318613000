import { type Static, Type } from 'typebox'
import { Role } from './access.ts'
import { closed, Id, Name, nullable, Time } from './common.ts'

const Email = Type.String({ format: 'email', maxLength: 320 })

export const Member = closed(
  { id: Id, name: Name, email: nullable(Email), role: Role, created_at: Time },
  { title: 'Member' },
)
export type Member = Static<typeof Member>

export const MemberInput = closed(
  { name: Name, email: Type.Optional(nullable(Email)), role: Type.Optional(Role) },
  { title: 'MemberInput' },
)
export type MemberInput = Static<typeof MemberInput>

export const MemberPatch = closed(
  { name: Type.Optional(Name), email: Type.Optional(nullable(Email)), role: Type.Optional(Role) },
  { title: 'MemberPatch' },
)
export type MemberPatch = Static<typeof MemberPatch>
