import { type Static, Type } from 'typebox'
import { closed, Id, Time } from './common.ts'

/** Checked by the service, so that a code of any shape gets the same answer. */
export const SignInQuery = closed({ code: Type.String({ maxLength: 200 }) })

export const SignInLinkInput = closed({ member_id: Type.Optional(Id) }, { title: 'SignInLinkInput' })
export type SignInLinkInput = Static<typeof SignInLinkInput>

export const SignInLink = closed(
  { url: Type.String(), member_id: Id, expires_at: Time },
  { title: 'SignInLink' },
)
