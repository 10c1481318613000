import { mkdir } from 'node:fs/promises'
import { AppError } from '../errors.ts'
import { systemFault } from './system-fault.ts'

/** Makes the data directory for its owner alone; where it cannot be made it says so as a fault of the setting. */
export async function makeDataDir(dataDir: string): Promise<void> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 }).catch((cause: unknown) => {
    throw new AppError(
      'invalid_config',
      `The data directory ${dataDir} cannot be made: ${systemFault(cause)}; give another --data-dir`,
      { cause },
    )
  })
}
