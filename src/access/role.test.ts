import { expect, test } from 'vitest'
import { roles } from '../contract/choices.ts'
import type { Caller } from './caller.ts'
import { lowerRole, refuseRoleAbove, roleReaches } from './role.ts'

const callerWith = (role: Caller['role']): Caller => ({
  orgId: 1,
  orgSlug: 'default',
  tokenId: 1,
  memberName: null,
  role,
  deployment: false,
  address: null,
  requestId: null,
})

test('a role reaches itself and what is below it, and is given by nobody below it', () => {
  for (const [held, role] of roles.entries()) {
    for (const [wanted, other] of roles.entries()) {
      expect(roleReaches(role, other)).toBe(held >= wanted)
      expect(lowerRole(role, other)).toBe(roles[Math.min(held, wanted)])
      const give = () => refuseRoleAbove(callerWith(role), other)
      if (held >= wanted) expect(give).not.toThrow()
      else expect(give).toThrow(`This token has the role ${role} and cannot give the role ${other}`)
    }
  }
})
