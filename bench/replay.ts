import type pg from 'pg'

interface Sent {
  name: string
  text: string
  values: readonly unknown[]
  rows: Record<string, unknown>[]
}

/** The statements that a piece of work sent in one transaction, to be sent again by a bare client. */
export interface Recording {
  /** Again as new: ids are those that the database now gives, and `renew` makes other texts and digests of the old. */
  replay(client: pg.Client, renew: (value: string | Buffer) => string | Buffer): Promise<void>
  statements: number
}

/** Listens to what `pool`'s clients send while `work` runs. Ids must come from sequences that share no number. */
export async function record(pool: pg.Pool, work: () => Promise<unknown>): Promise<Recording> {
  const sent: Sent[] = []
  const restores: (() => void)[] = []
  const listen = (client: pg.PoolClient) => {
    const query = client.query.bind(client) as (config: pg.QueryConfig) => Promise<pg.QueryResult>
    const own = client.query
    const listening = async (config: pg.QueryConfig) => {
      const result = await query(config)
      sent.push({
        name: config.name ?? '',
        text: config.text,
        values: config.values ?? [],
        rows: result.rows,
      })
      return result
    }
    client.query = listening as unknown as typeof client.query
    restores.push(() => {
      client.query = own
    })
  }
  pool.on('acquire', listen)
  await work()
  pool.off('acquire', listen)
  for (const restore of restores) restore()
  return { replay: (client, renew) => replay(sent, client, renew), statements: sent.length }
}

async function replay(
  sent: Sent[],
  client: pg.Client,
  renew: (value: string | Buffer) => string | Buffer,
): Promise<void> {
  const ids = new Map<unknown, unknown>()
  const renewed = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(renewed)
    if (typeof value === 'string' || Buffer.isBuffer(value)) return renew(value)
    return ids.get(value) ?? value
  }
  for (const { name, text, values, rows } of sent) {
    const answer = await client.query({ name, text, values: values.map(renewed) })
    for (const [index, row] of rows.entries()) {
      for (const [column, value] of Object.entries(row)) {
        if (typeof value === 'number') ids.set(value, answer.rows[index]?.[column])
      }
    }
  }
}
