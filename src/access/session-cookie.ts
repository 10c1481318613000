import type { FastifyRequest } from 'fastify'

const cookieName = 'wb_session'

/** What the browser sends back; undefined where there is no such cookie. */
export function sessionTokenOf(cookieHeader: string | undefined): string | undefined {
  for (const pair of cookieHeader?.split(';') ?? []) {
    const [name, value] = pair.split('=', 2)
    if (name?.trim() === cookieName) return value?.trim()
  }
  return undefined
}

/** Scripts cannot read it, and no other site's page can have it sent. An age of 0 takes it away. */
export function sessionCookie(request: FastifyRequest, token: string, maxAgeSeconds: number): string {
  const secure = request.protocol === 'https' ? '; Secure' : ''
  return `${cookieName}=${token}; Path=/; Max-Age=${maxAgeSeconds}; HttpOnly; SameSite=Strict${secure}`
}

const safeMethods = ['GET', 'HEAD', 'OPTIONS']

/** Whether a request that came with the cookie can have been made by another site's page. */
export function mayBeForged(request: FastifyRequest): boolean {
  if (safeMethods.includes(request.method)) return false
  const site = request.headers['sec-fetch-site']
  if (site !== undefined) return site !== 'same-origin'
  const { origin } = request.headers
  return origin === undefined || !URL.canParse(origin) || new URL(origin).host !== request.host
}
