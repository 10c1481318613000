import type { Deployment } from '../access/deployment.ts'
import type { Config } from '../config.ts'

export function deploymentOf({ dataDir, store, locations }: Config): Deployment {
  return { dataDir, storeRoot: store, locations }
}
