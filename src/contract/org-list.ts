import { type Static, Type } from 'typebox'
import { closed, Id, Name, Time } from './common.ts'

/** A priority or a solver version: a name, numbered within the org. */
const item = { id: Id, name: Name, created_at: Time }

export const Priority = closed(item, { title: 'Priority' })
export const SolverVersion = closed(item, { title: 'SolverVersion' })
export const NameInput = closed({ name: Name }, { title: 'NameInput' })
export const NamePatch = closed({ name: Type.Optional(Name) }, { title: 'NamePatch' })

export const EngineKind = Type.Enum(['local', 'slurm', 'cloud-run'])
export type EngineKind = Static<typeof EngineKind>
export const Engine = closed({ ...item, kind: EngineKind }, { title: 'Engine' })
export const EngineInput = closed({ name: Name, kind: Type.Optional(EngineKind) }, { title: 'EngineInput' })
export const EnginePatch = closed(
  { name: Type.Optional(Name), kind: Type.Optional(EngineKind) },
  { title: 'EnginePatch' },
)
