import { createHmac, timingSafeEqual } from 'node:crypto'

/** What a link is for: one version of one file, for a while. */
export interface LinkClaims {
  orgId: number
  fileId: number
  versionId: number
  /** In whole seconds since 1970. */
  expiresAt: number
}

/** `<payload>.<signature>`: whoever has it needs no token. */
export function signLink(secret: Buffer, claims: LinkClaims): string {
  const payload = [claims.orgId, claims.fileId, claims.versionId, claims.expiresAt]
    .map((claim) => claim.toString(36))
    .join('-')
  return `${payload}.${signatureOf(secret, payload)}`
}

/** Null for one that was never signed here, in this very spelling, and for one that has expired. */
export function readLink(secret: Buffer, link: string, now: Date): LinkClaims | null {
  const dot = link.indexOf('.')
  const payload = link.slice(0, dot)
  const given = Buffer.from(link.slice(dot + 1))
  const needed = Buffer.from(signatureOf(secret, payload))
  if (given.length !== needed.length || !timingSafeEqual(given, needed)) return null
  const [orgId = 0, fileId = 0, versionId = 0, expiresAt = 0] = payload
    .split('-')
    .map((claim) => Number.parseInt(claim, 36))
  return expiresAt * 1000 > now.getTime() ? { orgId, fileId, versionId, expiresAt } : null
}

function signatureOf(secret: Buffer, payload: string): string {
  return createHmac('sha256', secret).update(`link ${payload}`).digest('base64url')
}
