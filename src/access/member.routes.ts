import type { FastifyPluginAsync } from 'fastify'
import { Member, MemberInput, MemberPatch } from '../contract/member.ts'
import type { Db } from '../db/client.ts'
import { itemRoutes } from './item.routes.ts'
import { createMember, deleteMember, members, updateMember } from './member.service.ts'
import { getItem, listItems } from './org-rows.service.ts'

export function memberRoutes({ db }: { db: Db }): FastifyPluginAsync {
  return itemRoutes({
    path: '/members',
    access: { read: 'owner', create: 'owner', update: 'owner', delete: 'owner' },
    summaries: {
      list: 'List the members of the org',
      create: 'Make a member; the role is submitter unless given',
      read: 'Read a member',
      update: 'Rename a member or give another role',
      delete: 'Remove a member and revoke its tokens',
    },
    schemas: { item: Member, made: Member, input: MemberInput, patch: MemberPatch },
    list: (caller, query) => listItems(db, members, caller, query),
    get: (caller, id) => getItem(db, members, caller, id),
    create: (caller, input) => createMember(db, caller, input),
    update: (caller, id, patch) => updateMember(db, caller, id, patch),
    delete: (caller, id) => deleteMember(db, caller, id),
  })
}
