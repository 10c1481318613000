/** ISO 8601 UTC as the wire has it: no fraction where it is zero. */
export function wireTime(time: Date): string
export function wireTime(time: Date | null): string | null
export function wireTime(time: Date | null): string | null {
  return time === null ? null : time.toISOString().replace('.000Z', 'Z')
}

const shape =
  /^(\d{4}-\d\d-\d\d)[Tt ](?:[01]\d|2[0-3]):\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-](?:[01]\d|2[0-3]):?\d\d)$/

/** Whether a text names a time that a clock here shows, which is never a leap second, and whose year in UTC has four digits. */
export function isTime(text: string): boolean {
  const date = shape.exec(text)?.[1]
  if (date === undefined || Number.isNaN(Date.parse(text))) return false
  const isInCalendar = new Date(`${date}T00:00:00Z`).toISOString().startsWith(date)
  return isInCalendar && /^\d/.test(new Date(text).toISOString())
}
