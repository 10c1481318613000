import { createHash, randomBytes } from 'node:crypto'

/** 256 random bits behind a prefix that secret scanners can look for. */
export function makeToken(): string {
  return `wb_${randomBytes(32).toString('base64url')}`
}

export function isToken(text: string): boolean {
  return /^wb_[-\w]{43}$/.test(text)
}

export function makeSignInCode(): string {
  return randomBytes(32).toString('base64url')
}

export function signInPath(code: string): string {
  return `/sign-in?code=${code}`
}

/** A token holds 256 random bits, so one round of SHA-256 is enough to keep it secret at rest. */
export function tokenDigest(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}

/** What a list shows, so that a person can tell two tokens apart. */
export function tokenPrefix(token: string): string {
  return token.slice(0, 9)
}
