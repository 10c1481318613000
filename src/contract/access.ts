import { type Static, Type } from 'typebox'

/** From low to high; each role may do all that the ones before it may. */
export const roles = ['reader', 'submitter', 'author', 'owner'] as const
export const Role = Type.Enum([...roles])
export type Role = Static<typeof Role>
