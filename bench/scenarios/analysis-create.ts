import { bucket, withServer } from '../bench-server.ts'
import { interleave, type Row, type Variant } from '../measure.ts'

const sizes = [1, 10, 100, 1_000, 10_000]
const latenciesMs = [0, 10, 30]

/** One analysis after the other, with new files in a folder of its own, by the number of its outputs and the store's latency. */
export async function analysisCreateScenario(): Promise<Row[]> {
  return await withServer(async (server) => {
    let made = 0
    const variants = latenciesMs.flatMap((latencyMs) =>
      sizes.map((size): Variant => {
        let names: string[] = []
        return {
          name: `${size} outputs, ${latencyMs} ms`,
          figures: () => ({ outputs: size, store_latency_ms: latencyMs }),
          async prepare() {
            const run = `create/${++made}`
            names = Array.from({ length: size }, (_, i) => `${run}/file-${i}.vcf.gz`)
            await server.setLatency(0)
            await server.seed(names)
            await server.setLatency(latencyMs)
          },
          async run() {
            const outputs = Object.fromEntries(
              names.map((name, i) => [`output-${i}`, { basename: `${bucket}/${name}` }]),
            )
            const body = { type: 'joint-calling', status: 'completed', outputs }
            await server.send('POST', '/api/v1/analysis/bench', body)
          },
        }
      }),
    )
    return await interleave(variants, { rounds: 5, warmups: 2 })
  })
}
