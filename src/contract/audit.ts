import { type Static, Type } from 'typebox'
import { closed, Id, nullable, PageQuery, pageOf, Time } from './common.ts'

export const AuditEntry = closed(
  {
    id: Type.Integer(),
    at: Time,
    action: Type.String({ examples: ['job.create'] }),
    subject: Type.String({ examples: ['job 12'] }),
    details: Type.Object({}, { additionalProperties: true }),
    token_id: nullable(Id),
    token_name: nullable(Type.String()),
    member_name: nullable(Type.String()),
    address: nullable(Type.String()),
    request_id: nullable(Type.String()),
  },
  { title: 'AuditEntry' },
)
export type AuditEntry = Static<typeof AuditEntry>
export const AuditPage = pageOf(AuditEntry)

export const AuditQuery = closed({
  ...PageQuery,
  action: Type.Optional(Type.String({ pattern: '^[a-z_]{1,50}\\.[a-z_]{1,50}$' })),
  token_id: Type.Optional(Id),
  since: Type.Optional(Time),
  until: Type.Optional(Time),
})
export type AuditQuery = Static<typeof AuditQuery>
