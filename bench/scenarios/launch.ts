import { interleave, type Row } from '../measure.ts'
import { fresh, model, modelForm, sendMany, withSubmissions } from '../submissions.ts'

const count = 160
const clients = 8

/** How many small models a second are launched, against files of their size that a bare server brings to disk. */
export function launchScenario(): Promise<Row[]> {
  return withSubmissions(async (bench) => {
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
