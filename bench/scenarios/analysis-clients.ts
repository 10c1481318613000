import { type BenchServer, withServer } from '../bench-server.ts'
import { interleave, type Row } from '../measure.ts'

const clients = 16
const requestsEach = 40
const sharedFiles = 50

/** Sixteen clients at once, ten outputs each, half of them shared. */
export async function analysisClientsScenario(): Promise<Row[]> {
  return await withServer(async (server) => {
    const shared = Array.from({ length: sharedFiles }, (_, i) => `shared/sample-${i}.bam`)
    await server.seed(shared)
    let made = 0
    const bodies = async () => {
      const all = Array.from({ length: clients * requestsEach }, () => {
        made += 1
        return Array.from({ length: 10 }, (_, i) =>
          i % 2 === 0 ? `run/${made}/file-${i}.vcf.gz` : (shared[(made * 7 + i) % sharedFiles] ?? ''),
        )
      })
      await server.seed(all.flat().filter((name) => name.startsWith('run/')))
      return all.map((names) => bodyOf(server, names))
    }
    let requestsPerSecond = 0
    return await interleave(
      [
        {
          name: `${clients} clients, 10 outputs each, half shared`,
          figures: () => ({ requests_per_s: Math.round(requestsPerSecond) }),
          async run() {
            const waiting = await bodies()
            const start = performance.now()
            await Promise.all(
              Array.from({ length: clients }, async () => {
                for (let body = waiting.pop(); body !== undefined; body = waiting.pop()) {
                  await server.send('POST', '/api/v1/analysis/bench', body)
                }
              }),
            )
            requestsPerSecond = (clients * requestsEach * 1000) / (performance.now() - start)
          },
        },
      ],
      { rounds: 5, warmups: 2 },
    )
  })
}

export function bodyOf(server: BenchServer, names: string[]): object {
  const outputs = Object.fromEntries(
    names.map((name, i) => [`output-${i}`, { basename: `${server.bucket}/${name}` }]),
  )
  return { type: 'joint-calling', status: 'completed', outputs }
}
