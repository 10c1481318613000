import { type Static, Type } from 'typebox'
import { Role } from './access.ts'
import { closed, Id, Name, nullable, pageOf, Time } from './common.ts'

/** Of an address below an org: its slug or its number, which must be the caller's own. */
export const OrgParam = Type.String({ description: "The slug or the id of the caller's org" })

const org = { id: Id, slug: Type.String(), name: Name }

export const Org = closed({ ...org, created_at: Time }, { title: 'Org' })
export type Org = Static<typeof Org>
export const OrgPage = pageOf(Org)

export const OrgInput = closed(
  { name: Name, slug: Type.Optional(Type.String({ examples: ['north-sea'] })) },
  { title: 'OrgInput' },
)
export type OrgInput = Static<typeof OrgInput>

/** The only answer that ever holds the owner's token itself. */
export const OrgMade = closed({ ...org, owner_token: Type.String() }, { title: 'OrgMade' })
export type OrgMade = Static<typeof OrgMade>

export const Me = closed(
  {
    org: closed(org),
    member_id: nullable(Id),
    member_name: nullable(Type.String()),
    role: Role,
    token_id: Id,
    token_name: Type.String(),
    deployment: Type.Boolean(),
    session: Type.Boolean(),
    expires_at: nullable(Time),
  },
  { title: 'Me' },
)
export type Me = Static<typeof Me>
