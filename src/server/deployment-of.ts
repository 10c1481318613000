import type { Deployment } from '../access/deployment.ts'
import type { Config } from '../config.ts'

export function deploymentOf({ dataDir, store, locations, publicUrl }: Config): Deployment {
  return { dataDir, storeRoot: store, locations, ...(publicUrl !== null && { publicUrl }) }
}
