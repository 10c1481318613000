/** ISO 8601 UTC as the wire has it: no fraction where it is zero. */
export function wireTime(time: Date): string
export function wireTime(time: Date | null): string | null
export function wireTime(time: Date | null): string | null {
  return time === null ? null : time.toISOString().replace('.000Z', 'Z')
}
