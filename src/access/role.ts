import type { Role } from '../contract/access.ts'
import { roles } from '../contract/choices.ts'
import { AppError } from '../errors.ts'
import type { Caller } from './caller.ts'

export function roleReaches(role: Role, least: Role): boolean {
  return roles.indexOf(role) >= roles.indexOf(least)
}

export function lowerRole(a: Role, b: Role): Role {
  return roleReaches(a, b) ? b : a
}

/** Nobody hands out more than they hold. */
export function refuseRoleAbove(caller: Caller, role: Role | undefined): void {
  if (role === undefined || roleReaches(caller.role, role)) return
  throw new AppError('forbidden', `This token has the role ${caller.role} and cannot give the role ${role}`)
}
