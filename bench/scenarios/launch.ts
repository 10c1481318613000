import { sendAll } from '../http-client.ts'
import { interleave, type Row } from '../measure.ts'
import { fresh, modelForm, modelOf, type SubmissionBench, sendMany, withSubmissions } from '../submissions.ts'

const model = modelOf(20_000)
const count = 160
const clients = 8

/** How many small models a second are launched, against files of their size that a bare server brings to disk. */
export function launchScenario(): Promise<Row[]> {
  return withSubmissions(async (bench) => {
    await launchMany(bench)
    const bare = `${count} of 20 kB to disk, ${clients} clients, bare, synced`
    const sent = { count, clients }
    return await interleave(
      [
        sendMany(bench, bare, { ...sent, url: `${bench.bareUrl}/synced`, make: () => fresh(model) }),
        sendMany(bench, `${count} launches of 20 kB, ${clients} clients`, {
          ...sent,
          url: bench.launchUrl,
          make: () => modelForm(fresh(model)),
          against: bare,
        }),
      ],
      { rounds: 25, warmups: 2 },
    )
  })
}

/** As many as a server has behind it that runs for a while. */
export async function launchMany({ send, launchUrl }: SubmissionBench): Promise<void> {
  const launch = () => send(launchUrl, modelForm(fresh(model)))
  await sendAll(
    clients,
    Array.from({ length: 3000 }, () => launch),
  )
}
