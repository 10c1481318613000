import { type Static, Type } from 'typebox'
import { roles } from './choices.ts'

/** From low to high; each role may do all that the ones before it may. */
export const Role = Type.Enum([...roles])
export type Role = Static<typeof Role>
