/** The bare type of a `Content-Type` in lower case, without parameters; null where it is none. */
export function mediaTypeOf(declared: string): string | null {
  const bare = (declared.split(';', 1)[0] ?? '').trim().toLowerCase()
  return /^[\w!#$&^+.-]{1,80}\/[\w!#$&^+.-]{1,80}$/.test(bare) ? bare : null
}
