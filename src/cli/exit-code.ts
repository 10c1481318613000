import { errorTable } from '../errors.ts'

/** How a command ends when no error ends it; every other code is an error's, from the one table of them. */
export const exitCode = {
  ok: 0,
  /** The command worked, and what it looked at is not well. */
  notWell: errorTable.differs.exit,
} as const
