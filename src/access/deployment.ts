/** What whoever runs the servers has decided, as opposed to what an org decides for itself. */
export interface Deployment {
  dataDir: string
  /** The private store: no location may contain it or lie in it. */
  storeRoot: string
  /** The roots of `--location`: within these every org's owner may add locations. */
  locations: readonly string[]
  /** Under which clients reach the servers; without it, each request's own host. */
  publicUrl?: string
}
