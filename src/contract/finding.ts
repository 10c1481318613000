import { type Static, Type } from 'typebox'
import { closed, nullable } from './common.ts'

/** Something that was found in a file: by the pre-flight of a job, or by a step of a workflow. */
export const Finding = closed(
  {
    severity: Type.Enum(['error', 'warning', 'info'], { title: 'FindingSeverity' }),
    code: Type.String(),
    message: Type.String(),
    file: nullable(Type.String()),
    line: nullable(Type.Integer()),
    step: nullable(Type.Integer()),
  },
  { title: 'Finding' },
)
export type Finding = Static<typeof Finding>
