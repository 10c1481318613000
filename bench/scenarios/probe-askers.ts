import { randomUUID } from 'node:crypto'
import { Agent, get } from 'node:http'
import { forEachConcurrently } from '../../src/lib/limit-concurrency.ts'
import { silentLogger } from '../../src/lib/logger.ts'
import { probe } from '../../src/storage/probe.ts'
import { createStores, type Stores } from '../../src/storage/stores.ts'
import { startNode } from '../../test/helpers/child-process.ts'
import { interleave, type Row } from '../measure.ts'

const askerCount = 16
const probesEach = 40
const latenciesMs = [0, 10, 30]
const root = 'gs://outputs'
const commonNames = Array.from({ length: 50 }, (_, i) => `common/file-${i}.vcf.gz`)
/** The folder of each probe, by names that lie in no order, as a workflow engine makes them. */
const ownFolders = Array.from({ length: 2000 }, () => `runs/${randomUUID()}`)

/** Sixteen askers at once, each for 10 paths at a time: 5 of a folder that all ask about and 5 of a new one. */
export async function probeAskersScenario(): Promise<Row[]> {
  const server = startNode(['test/helpers/gs-server.js'])
  const url = await server.line('ready ')
  process.env.STORAGE_EMULATOR_HOST = url
  const control = async (action: string, body: object) => {
    const answer = await fetch(`${url}/_control/${action}`, { method: 'POST', body: JSON.stringify(body) })
    if (!answer.ok) throw new Error(`The test server refused ${action}: ${answer.status}`)
    return (await answer.json()) as { requests: number }
  }
  const rows: Row[] = []
  try {
    const names = [...commonNames, ...ownFolders.flatMap((folder) => outputsOf(folder))]
    await control('seed', { bucket: 'outputs', names, content: 'x' })
    for (const latencyMs of latenciesMs) {
      await control('latency', { latencyMs })
      rows.push(...(await measure(url, latencyMs)))
    }
  } finally {
    server.process.kill()
  }
  return rows
}

async function measure(url: string, latencyMs: number): Promise<Row[]> {
  const stores = createStores({ log: silentLogger })
  const agent = new Agent({ keepAlive: true })
  const floor = `${latencyMs} ms: one plain request for each path`
  let calls = 0
  const count = askerCount * probesEach
  const rows = await interleave(
    [
      {
        name: `${latencyMs} ms: probe`,
        against: floor,
        figures: () => ({ calls_each: Number((calls / count).toFixed(2)) }),
        async run() {
          calls = 0
          await askAll(async (names) => {
            const sent = await probeAll(stores, names)
            calls += sent
          })
        },
      },
      { name: floor, run: () => askAll((names) => requestAll(url, agent, names)) },
    ],
    { rounds: 7 },
  )
  agent.destroy()
  return rows.map((row) => ({ ...row, per_second: Math.round((count / row.medianMs) * 1000) }))
}

let asked = 0
async function askAll(ask: (names: string[]) => Promise<void>): Promise<void> {
  const probes = Array.from({ length: askerCount * probesEach }, () => asked++)
  await forEachConcurrently(probes, askerCount, (i) => {
    const common = Array.from(
      { length: 5 },
      (_, k) => commonNames[(i * 7 + k * 11) % commonNames.length] ?? '',
    )
    return ask([...common, ...outputsOf(ownFolders[i % ownFolders.length] ?? '')])
  })
}

const outputsOf = (folder: string) => Array.from({ length: 5 }, (_, i) => `${folder}/output-${i}.vcf.gz`)

async function probeAll(stores: Stores, names: string[]): Promise<number> {
  const paths = names.map((name) => `${root}/${name}`)
  const { verdicts, calls } = await probe(stores, [root], paths)
  if (verdicts.some(({ state }) => state !== 'present')) throw new Error('A verdict is wrong')
  return calls
}

async function requestAll(url: string, agent: Agent, names: string[]): Promise<void> {
  await Promise.all(
    names.map(
      (name) =>
        new Promise<void>((resolve, reject) => {
          get(`${url}/b/outputs/o/${encodeURIComponent(name)}`, { agent }, (response) => {
            response.resume().on('end', resolve).on('error', reject)
          }).on('error', reject)
        }),
    ),
  )
}
