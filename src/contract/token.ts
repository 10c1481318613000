import { type Static, Type } from 'typebox'
import { Role } from './access.ts'
import { closed, Id, Name, nullable, Time } from './common.ts'

const token = {
  id: Id,
  name: Name,
  role: Role,
  member_id: nullable(Id),
  member_name: nullable(Type.String()),
  deployment: Type.Boolean({ description: 'May also make orgs' }),
  session: Type.Boolean({ description: 'Held by a browser' }),
  prefix: Type.String({ description: 'How the token begins, to tell two apart' }),
  created_at: Time,
  expires_at: nullable(Time),
  last_used_at: nullable(Time),
  revoked_at: nullable(Time),
}

export const Token = closed(token, { title: 'Token' })
export type Token = Static<typeof Token>

/** The only answer that ever holds the token itself. */
export const TokenMade = closed({ ...token, token: Type.String() }, { title: 'TokenMade' })
export type TokenMade = Static<typeof TokenMade>

export const TokenInput = closed(
  {
    name: Name,
    role: Type.Optional(Role),
    expires_at: Type.Optional(nullable(Time)),
    member_id: Type.Optional(nullable(Id)),
  },
  { title: 'TokenInput' },
)
export type TokenInput = Static<typeof TokenInput>

export const TokenPatch = closed(
  {
    name: Type.Optional(Name),
    role: Type.Optional(Role),
    expires_at: Type.Optional(nullable(Time)),
  },
  { title: 'TokenPatch' },
)
export type TokenPatch = Static<typeof TokenPatch>
