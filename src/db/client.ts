import {
  Kysely,
  type PostgresCursor,
  PostgresDialect,
  type PostgresPool,
  type PostgresQueryResult,
  type Transaction,
} from 'kysely'
import pg from 'pg'
import type { Logger } from '../lib/logger.ts'
import { wrapDatabaseError } from './database-error.ts'
import { createStatementNames, type StatementNames } from './prepared-statements.ts'
import type { Schema } from './schema.ts'
import { SQLSTATE, sqlstateOf } from './sqlstate.ts'
import { columnParsers } from './value-parsers.ts'

export type Db = Kysely<Schema>
export type Trx = Transaction<Schema>

export interface Database {
  db: Db
  /** For LISTEN, advisory locks and the queue; everything else goes through `db`. */
  pool: pg.Pool
  /** How many statements `db` has sent, `begin` and `commit` among them. */
  statementCount(): number
  /** Waits for running queries, then closes every connection. May be called again. */
  close(): Promise<void>
}

export interface ConnectOptions {
  connection: pg.PoolConfig
  /** Connections at most; default 20. */
  poolSize?: number
  /** After so long a statement is ended and its caller told `unavailable`; default 60 s. */
  statementTimeoutMs?: number
  log: Logger
}

const lockTimeoutMs = 30_000
const idleInTransactionTimeoutMs = 60_000
const connectionTimeoutMs = 10_000
/** A connection's cached plans and catalogue grow with time. */
const maxLifetimeSeconds = 3600

/**
 * A plan cached while a table is small would go on reading all of it when it has grown, until PostgreSQL analyses the
 * table. No query here wants a whole table, so none may plan to read one.
 * Where PostgreSQL would rather plan a statement anew for each short array that it sees, the array is hidden in a query of
 * its own: `(select $1::int[])`.
 */
const planSettings = '-c enable_seqscan=off'

/** Opens no connection yet: the first query does. A lost connection is replaced by the next query. */
export function connect(options: ConnectOptions): Database {
  const pool = new pg.Pool({
    application_name: 'waybill',
    connectionTimeoutMillis: connectionTimeoutMs,
    idle_in_transaction_session_timeout: idleInTransactionTimeoutMs,
    keepAlive: true,
    lock_timeout: lockTimeoutMs,
    maxLifetimeSeconds,
    options: planSettings,
    pipeline: true,
    ...options.connection,
    max: options.poolSize ?? 20,
    statement_timeout: options.statementTimeoutMs ?? 60_000,
    types: columnParsers,
  })
  let closed: Promise<void> | undefined
  const onLost = (error: Error) => {
    // The error carries the whole client, which belongs in no log.
    if (closed === undefined) options.log.warn({ reason: error.message }, 'A database connection was lost')
  }
  // Without these two listeners a PostgreSQL that goes away ends the process.
  pool.on('error', onLost)
  pool.on('connect', (client) => client.on('error', onLost))

  let statements = 0
  const namingPool = withStatementNames(pool, createStatementNames(), () => {
    statements += 1
  })
  const db = new Kysely<Schema>({ dialect: new PostgresDialect({ pool: namingPool }) })
  return {
    db,
    pool,
    statementCount: () => statements,
    close() {
      closed ??= db.destroy().then(() => (pool.ended ? undefined : pool.end()))
      return closed
    },
  }
}

/** Kysely never names a statement; the pool handed to it does, and wraps the errors that cross from here. */
function withStatementNames(pool: pg.Pool, names: StatementNames, onStatement: () => void): PostgresPool {
  return {
    async connect() {
      const client = await pool.connect().catch((error: unknown) => {
        throw wrapDatabaseError(error)
      })
      let isSpoilt = false
      function query<R>(sql: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<R>>
      function query<R>(cursor: PostgresCursor<R>): PostgresCursor<R>
      function query(
        sql: string | PostgresCursor<unknown>,
        parameters: readonly unknown[] = [],
      ): Promise<PostgresQueryResult<unknown>> | PostgresCursor<unknown> {
        if (typeof sql !== 'string') throw new TypeError('Statements are not read through cursors here')
        onStatement()
        sendTogether(client)
        return sendStatement(client, names, sql, parameters).catch((error: unknown) => {
          // What did not come from the database (a value too long to send, say) leaves the client in a state of its own.
          isSpoilt ||= sqlstateOf(error) === undefined
          throw wrapDatabaseError(error)
        })
      }
      return { query, release: () => client.release(isSpoilt) }
    },
    end: () => pool.end(),
  }
}

/** What is sent until all that can go on has gone on becomes one message: each message wakes its receiver. */
function sendTogether({ connection: { stream } }: pg.PoolClient): void {
  if (stream.writableCorked > 0) return
  stream.cork()
  process.nextTick(() => stream.uncork())
}

async function sendStatement(
  client: pg.PoolClient,
  names: StatementNames,
  sql: string,
  parameters: readonly unknown[],
) {
  const send = async (): Promise<PostgresQueryResult<unknown>> => {
    const name = names.nameOf(sql, parameters.length)
    const { command, rowCount, rows } = await client.query({
      text: sql,
      values: [...parameters],
      ...(name === undefined ? {} : { name }),
    })
    return { command: command as PostgresQueryResult<unknown>['command'], rowCount: rowCount ?? 0, rows }
  }
  try {
    return await send()
  } catch (error) {
    if (!isOutdatedPlan(error)) throw error
    // A migration changed a table under this server. The refused statement did nothing, so outside a
    // transaction it can be sent again; inside one the transaction has failed, and its retry will pass.
    names.renew()
    if (client.getTransactionStatus() !== outsideTransaction) throw error
    return await send()
  }
}

/** As PostgreSQL tells it when it is ready for the next statement. */
const outsideTransaction = 'I'

export function isOutdatedPlan(error: unknown): boolean {
  return (
    sqlstateOf(error) === SQLSTATE.feature_not_supported &&
    error instanceof Error &&
    error.message.startsWith('cached plan must not change result type')
  )
}
