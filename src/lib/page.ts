import { AppError } from '../errors.ts'

/** What a caller asks of a list. */
export interface PageRequest {
  limit: number
  cursor?: string
}

/** What a list in the order of its ids is asked for: one row more than the page shows, so that its end is known. */
export interface PageOfRows {
  afterId: number
  limit: number
}

export interface Page<T> {
  items: T[]
  next_cursor: string | null
}

/** A list in the order of its ids. */
export async function pageById<R extends { id: number }, T>(
  { limit, cursor }: PageRequest,
  list: (page: PageOfRows) => Promise<R[]>,
  fromRow: (row: R) => T,
): Promise<Page<T>> {
  const rows = await list({ afterId: idFromCursor(cursor) ?? 0, limit: limit + 1 })
  return pageFromRows(rows, limit, fromRow)
}

/** Of rows that were asked for with one more than `limit`; the cursor is the last id shown. */
export function pageFromRows<R extends { id: number }, T>(
  rows: R[],
  limit: number,
  fromRow: (row: R) => T,
): Page<T> {
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  return {
    items: shown.map(fromRow),
    next_cursor: rows.length > limit && last ? String(last.id) : null,
  }
}

/** Of a list that is at hand as a whole; the cursor is the number of items before the page. */
export function pageOfList<T>(items: readonly T[], { limit, cursor }: PageRequest): Page<T> {
  const start = idFromCursor(cursor) ?? 0
  const end = start + limit
  return { items: items.slice(start, end), next_cursor: end < items.length ? String(end) : null }
}

const largestInt = 2_147_483_647

/** Null without a cursor. Throws `invalid_query` for one that no page gave. */
export function idFromCursor(cursor: string | undefined, largest = largestInt): number | null {
  if (cursor === undefined) return null
  const id = /^\d{1,15}$/.test(cursor) ? Number(cursor) : Number.NaN
  if (id <= largest) return id
  throw new AppError('invalid_query', 'The cursor is not one that a page of this list gave', {
    details: [{ field: 'cursor', message: 'is not a cursor of this list' }],
  })
}
