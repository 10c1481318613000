import { type Static, Type } from 'typebox'
import { closed, nullable } from './common.ts'
import { Finding } from './finding.ts'

const PreflightReference = closed(
  {
    reference: Type.String(),
    line: Type.Integer(),
    column: Type.Integer(),
    verdict: Type.Enum(['found', 'missing', 'ambiguous']),
    resolved_path: nullable(Type.String()),
    candidates: Type.Array(Type.String()),
  },
  { title: 'PreflightReference' },
)
export type PreflightReference = Static<typeof PreflightReference>

const PreflightCasefile = closed(
  {
    file_name: Type.String(),
    path: Type.String(),
    references: Type.Array(PreflightReference),
    unused: Type.Array(closed({ file_name: Type.String(), path: Type.String() })),
    findings: Type.Array(Finding),
  },
  { title: 'PreflightCasefile' },
)
export type PreflightCasefile = Static<typeof PreflightCasefile>

export const Preflight = closed(
  { runnable: Type.Boolean(), casefiles: Type.Array(PreflightCasefile) },
  { title: 'Preflight' },
)
export type Preflight = Static<typeof Preflight>
