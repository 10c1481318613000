/** A text may have the shape of a time and name none that a clock here shows, as a leap second does. */
export function timeFault(text: string): string | null {
  return Number.isNaN(Date.parse(text)) ? `"${text}" is no time; write it like 2026-01-31T12:00:00Z` : null
}
