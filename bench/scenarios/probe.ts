import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { forEachConcurrently } from '../../src/lib/limit-concurrency.ts'
import { silentLogger } from '../../src/lib/logger.ts'
import { probe } from '../../src/storage/probe.ts'
import { createStores } from '../../src/storage/stores.ts'

export interface ProbeRow {
  variant: string
  medianMs: number
  /** How many times longer than the probe this took. */
  ratio: number
  calls: number
}

export interface ProbeBenchOptions {
  paths?: number
  rounds?: number
  latenciesMs?: number[]
  /** Paths asked one after the other; their time is scaled up to all paths, as the row's name says. */
  sampleOfSequential?: number
}

/** Looking at 10,000 paths of a bucket at once against one request after the other, on a server with a set latency. */
export const probeScenario = { name: 'probe', run }

async function run(options: ProbeBenchOptions = {}): Promise<ProbeRow[]> {
  const { paths: count = 10_000, rounds = 5, latenciesMs = [0, 10, 30], sampleOfSequential = 300 } = options
  const server = await startServer()
  process.env.STORAGE_EMULATOR_HOST = server.url
  const stores = createStores({ log: silentLogger })
  const rows: ProbeRow[] = []
  try {
    for (const folders of [1, 1000]) {
      const bucket = `folders-${folders}`
      const names = Array.from({ length: count }, (_, i) => `run/${i % folders}/file-${i}.vcf.gz`)
      await server.control('seed', { bucket, names, content: 'x' })
      const root = `gs://${bucket}`
      const paths = names.map((name) => `${root}/${name}`)
      const sample = paths.filter((_, i) => i % Math.ceil(count / sampleOfSequential) === 0)
      const store = stores.storeFor(root)
      if (store === null) throw new Error('no driver for gs')

      for (const latencyMs of latenciesMs) {
        await server.control('latency', { latencyMs })
        await probe(stores, [root], paths)
        const probeMs: number[] = []
        const sequentialMs: number[] = []
        const concurrentMs: number[] = []
        let calls = 0
        for (let round = 0; round < rounds; round++) {
          probeMs.push(
            await timed(async () => {
              const result = await probe(stores, [root], paths)
              calls = result.calls
              if (result.verdicts.some((one) => one.state !== 'present'))
                throw new Error('a verdict is wrong')
            }),
          )
          const sampleMs = await timed(async () => {
            for (const path of sample) await store.stat(path)
          })
          sequentialMs.push((sampleMs * count) / sample.length)
          concurrentMs.push(
            await timed(() =>
              forEachConcurrently(paths, 64, async (path) => {
                await store.stat(path)
              }),
            ),
          )
        }
        const title = `${count} paths in ${folders} folders at ${latencyMs} ms`
        const [fast, slow, middle] = [median(probeMs), median(sequentialMs), median(concurrentMs)]
        rows.push(
          { variant: `${title}: probe`, medianMs: fast, ratio: 1, calls },
          {
            variant: `${title}: one request each, 64 at a time`,
            medianMs: middle,
            ratio: middle / fast,
            calls: count,
          },
          {
            variant: `${title}: one request after the other (${sample.length} measured, scaled)`,
            medianMs: slow,
            ratio: slow / fast,
            calls: count,
          },
        )
      }
    }
  } finally {
    server.stop()
  }
  return rows
}

async function timed(work: () => Promise<void>): Promise<number> {
  const started = performance.now()
  await work()
  return performance.now() - started
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

/** The test server in a process of its own, so that its work does not count as ours. */
async function startServer() {
  const file = fileURLToPath(new URL('../../test/helpers/gs-server.ts', import.meta.url))
  const child = spawn(process.execPath, ['--import', 'tsx', file], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  const url = line.toString().trim().replace('ready ', '')
  return {
    url,
    async control(action: string, body: object) {
      const answer = await fetch(`${url}/_control/${action}`, { method: 'POST', body: JSON.stringify(body) })
      if (!answer.ok) throw new Error(`the test server refused ${action}: ${answer.status}`)
    },
    stop: () => child.kill(),
  }
}
