import type { CollectedConfig } from '../../config.ts'
import { type Check, fault, looking, ok } from './check.ts'
import { checkDataDir } from './check-data-dir.ts'
import { checkDatabase } from './check-database.ts'
import { checkNode, checkOpenFiles } from './check-process.ts'
import { checkRunningServer } from './check-server.ts'
import { checkLocations, checkStore } from './check-stores.ts'

/** A faulty setting is left at its default, so that the rest can be looked at too. */
export async function runChecks({ config, faults }: CollectedConfig): Promise<Check[]> {
  const configuration =
    faults.length === 0
      ? [ok('configuration', 'Every setting is valid')]
      : faults.map(({ field, message }) =>
          fault('configuration', `${field} ${message}`, 'Mend it; docs/configuration.md lists the settings'),
        )
  const looks = await Promise.all([
    looking('data directory', () => checkDataDir(config.dataDir)),
    looking('database', () => checkDatabase(config)),
    looking('store', () => checkStore(config)),
    looking('location', () => checkLocations(config)),
    looking('server', () => checkRunningServer(config)),
    looking('open files', () => checkOpenFiles()),
  ])
  return [...configuration, checkNode(), ...looks.flat()]
}
