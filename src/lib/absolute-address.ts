/**
 * An address of this server: below its public address where it has one, else as the request came to it; only the path where
 * the request names no host either.
 */
export function absoluteAddress(
  publicUrl: string | undefined,
  { protocol, host }: { protocol: string; host: string },
  path: string,
): string {
  if (publicUrl !== undefined) return `${publicUrl}${path}`
  return host === '' ? path : `${protocol}://${host}${path}`
}
