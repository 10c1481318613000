import { AppError } from '../errors.ts'

/** One row more than the page holds, so that its end is known. */
export interface PageOfRows {
  afterId: number
  limit: number
}

export interface Page<T> {
  items: T[]
  next_cursor: string | null
}

/** A list in the order of its ids: the cursor is the last id that the page before it showed. */
export async function pageById<R extends { id: number }, T>(
  query: { limit: number; cursor?: string },
  list: (page: PageOfRows) => Promise<R[]>,
  fromRow: (row: R) => T,
): Promise<Page<T>> {
  const afterId = query.cursor === undefined ? 0 : idFromCursor(query.cursor)
  const rows = await list({ afterId, limit: query.limit + 1 })
  const shown = rows.slice(0, query.limit)
  const last = shown.at(-1)
  return {
    items: shown.map(fromRow),
    next_cursor: rows.length > query.limit && last ? String(last.id) : null,
  }
}

const largestInt = 2_147_483_647

export function idFromCursor(cursor: string, largest = largestInt): number {
  const id = /^\d{1,15}$/.test(cursor) ? Number(cursor) : Number.NaN
  if (id <= largest) return id
  throw new AppError('invalid_query', 'The cursor is not one that a page of this list gave', {
    details: [{ field: 'cursor', message: 'is not a cursor of this list' }],
  })
}
