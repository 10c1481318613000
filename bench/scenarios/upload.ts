import { interleave, type Row, type Variant } from '../measure.ts'
import {
  fresh,
  modelForm,
  modelOf,
  type SubmissionBench,
  sendMany,
  sendOne,
  weatherForm,
  weatherOf,
  withSubmissions,
} from '../submissions.ts'

/** A year of hours. */
const yearBytes = 1_600_000
const largeBytes = 20_000_000
const years = 24
const largeAtOnce = 16
const warmups = 2

/** What an upload costs over the least that any server does for it, and by how much many at once make the server grow. */
export function uploadScenario(): Promise<Row[]> {
  return withSubmissions(async (bench) => {
    const { bareUrl, launchUrl } = bench
    const large = modelOf(largeBytes)
    const [year, weather] = [weatherOf(yearBytes), weatherOf(largeBytes)]
    const toDisk = '20 MB to disk with SHA-256, bare'
    const yearToDisk = '1.6 MB to disk with SHA-256, bare'
    const inARow = `${years} of 1.6 MB in a row, bare`
    const atOnce = `${years} of 1.6 MB, 8 clients, bare`
    const freshLarge = () => fresh(large)
    const freshYear = () => fresh(year)
    const withYear = { url: launchUrl, make: () => weatherForm(year) }
    return await interleave(
      [
        sendOne(bench, toDisk, { url: bareUrl, make: freshLarge }),
        sendOne(bench, `${toDisk}, synced`, { url: `${bareUrl}/synced`, make: freshLarge, against: toDisk }),
        sendOne(bench, 'launch with a primary file of 20 MB', {
          url: launchUrl,
          make: () => modelForm(fresh(large)),
          against: toDisk,
        }),
        sendOne(bench, 'launch with a weather file of 20 MB', {
          url: launchUrl,
          make: () => weatherForm(weather),
          against: toDisk,
        }),
        sendOne(bench, yearToDisk, { url: bareUrl, make: freshYear }),
        sendOne(bench, 'launch with a weather file of 1.6 MB', { ...withYear, against: yearToDisk }),
        sendMany(bench, inARow, { url: bareUrl, make: freshYear, count: years, clients: 1 }),
        sendMany(bench, `${years} such launches in a row`, {
          ...withYear,
          count: years,
          clients: 1,
          against: inARow,
        }),
        sendMany(bench, atOnce, { url: bareUrl, make: freshYear, count: years, clients: 8 }),
        sendMany(bench, `${years} such launches, 8 clients`, {
          ...withYear,
          count: years,
          clients: 8,
          against: atOnce,
        }),
        manyLarge(bench, large),
      ],
      { rounds: 7, warmups },
    )
  })
}

function manyLarge({ server, launchUrl, post }: SubmissionBench, large: Buffer): Variant {
  let contents: Buffer[] = []
  const grewBytes: number[] = []
  return {
    name: `${largeAtOnce} launches of 20 MB at once`,
    figures: () => ({ server_grew_mb: grewBytes.map((bytes) => Math.round(bytes / 1_048_576)).join(', ') }),
    async prepare() {
      contents = Array.from({ length: largeAtOnce }, () => modelForm(fresh(large)))
    },
    async run(round) {
      const before = await server.memoryBytes()
      let most = before
      const timer = setInterval(async () => {
        most = Math.max(most, await server.memoryBytes())
      }, 5)
      await Promise.all(contents.map((content) => post(launchUrl, content)))
      clearInterval(timer)
      if (round >= warmups) grewBytes.push(most - before)
    },
  }
}
