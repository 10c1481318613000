import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { Database } from '../db/client.ts'

export interface Metrics {
  registry: Registry
  httpDuration: Histogram<'method' | 'route' | 'status'>
  storeCalls: Counter<'store' | 'call'>
}

export interface MetricsSources {
  database: Pick<Database, 'pool' | 'statementCount'>
  /** Tasks by what they wait for. */
  queueDepth?: (() => Promise<object>) | undefined
}

/** A registry of its own for each app: tests start many in one process. */
export function createMetrics(sources: MetricsSources): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  watchDatabase(registry, sources.database)
  if (sources.queueDepth !== undefined) watchQueue(registry, sources.queueDepth)
  return {
    registry,
    httpDuration: new Histogram({
      name: 'waybill_http_request_duration_seconds',
      help: 'Time from the head of a request to the end of its answer',
      labelNames: ['method', 'route', 'status'],
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
      registers: [registry],
    }),
    storeCalls: new Counter({
      name: 'waybill_store_calls_total',
      help: 'Requests made to stores of files',
      labelNames: ['store', 'call'],
      registers: [registry],
    }),
  }
}

function watchDatabase(registry: Registry, { pool, statementCount }: MetricsSources['database']): void {
  new Gauge({
    name: 'waybill_db_connections',
    help: 'Connections of the pool, and requests that wait for one',
    labelNames: ['state'],
    registers: [registry],
    collect() {
      this.set({ state: 'total' }, pool.totalCount)
      this.set({ state: 'idle' }, pool.idleCount)
      this.set({ state: 'waiting' }, pool.waitingCount)
    },
  })
  let counted = 0
  new Counter({
    name: 'waybill_db_statements_total',
    help: 'Statements sent to the database',
    registers: [registry],
    collect() {
      const now = statementCount()
      this.inc(now - counted)
      counted = now
    },
  })
}

function watchQueue(registry: Registry, queueDepth: () => Promise<object>): void {
  new Gauge({
    name: 'waybill_queue_tasks',
    help: 'Tasks of the queue by state',
    labelNames: ['state'],
    registers: [registry],
    async collect() {
      for (const [state, count] of Object.entries(await queueDepth())) this.set({ state }, Number(count))
    },
  })
}
