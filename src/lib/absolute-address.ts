/** An address of this server as the request came to it; only the path where the request names no host. */
export function absoluteAddress(
  { protocol, host }: { protocol: string; host: string },
  path: string,
): string {
  return host === '' ? path : `${protocol}://${host}${path}`
}
