import type { Me } from '../contract/org.ts'
import type { ApiClient } from './client.ts'

/** The address below which the token's org keeps what is its own. */
export async function findOrgPath(client: ApiClient): Promise<string> {
  const { org } = await client.get<Me>('/me')
  return `/org/${org.slug}`
}
