import { forEachConcurrently } from '../../src/lib/limit-concurrency.ts'
import { silentLogger } from '../../src/lib/logger.ts'
import { probe } from '../../src/storage/probe.ts'
import { createStores } from '../../src/storage/stores.ts'
import { startNode } from '../../test/helpers/child-process.ts'
import { interleave, type Row } from '../measure.ts'

const pathCount = 10_000
const latenciesMs = [0, 10, 30]
/** Paths asked one after the other; their time is scaled up to all paths. */
const sampleCount = 300

/** Looking at 10,000 paths of a bucket at once, against one request for each, on a server with a set latency. */
export async function probeScenario(): Promise<Row[]> {
  const server = startNode(['test/helpers/gs-server.js'])
  const url = await server.line('ready ')
  process.env.STORAGE_EMULATOR_HOST = url
  const control = async (action: string, body: object) => {
    const answer = await fetch(`${url}/_control/${action}`, { method: 'POST', body: JSON.stringify(body) })
    if (!answer.ok) throw new Error(`The test server refused ${action}: ${answer.status}`)
  }
  const rows: Row[] = []
  try {
    for (const folders of [1, 1000]) {
      const bucket = `folders-${folders}`
      const names = Array.from({ length: pathCount }, (_, i) => `run/${i % folders}/file-${i}.vcf.gz`)
      await control('seed', { bucket, names, content: 'x' })
      for (const latencyMs of latenciesMs) {
        await control('latency', { latencyMs })
        rows.push(...(await measure(`gs://${bucket}`, names, `${folders} folders, ${latencyMs} ms`)))
      }
    }
  } finally {
    server.process.kill()
  }
  return rows
}

async function measure(root: string, names: string[], title: string): Promise<Row[]> {
  const stores = createStores({ log: silentLogger })
  const store = stores.storeFor(root)
  if (store === null) throw new Error('No driver for gs')
  const paths = names.map((name) => `${root}/${name}`)
  const sample = paths.filter((_, i) => i % Math.ceil(pathCount / sampleCount) === 0)
  const look = async (path: string) => {
    if ((await store.stat(path)).state !== 'present') throw new Error(`${path} is not there`)
  }
  let calls = 0
  const fast = `${title}: probe`
  return await interleave(
    [
      {
        name: fast,
        figures: () => ({ calls }),
        async run() {
          const result = await probe(stores, [root], paths)
          if (result.verdicts.some((verdict) => verdict.state !== 'present'))
            throw new Error('A verdict is wrong')
          calls = result.calls
        },
      },
      {
        name: `${title}: one request each, 64 at a time`,
        against: fast,
        run: () => forEachConcurrently(paths, 64, look),
      },
      {
        name: `${title}: one request after the other`,
        against: fast,
        scale: paths.length / sample.length,
        figures: () => ({ measured: sample.length }),
        async run() {
          for (const path of sample) await look(path)
        },
      },
    ],
    { rounds: 3 },
  )
}
