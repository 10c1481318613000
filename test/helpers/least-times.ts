const leastRuns = 5
const mostRuns = 200

/**
 * The least milliseconds of processor that each of two takes, in turns. Others on the machine may be in the way of some
 * runs, so it is run again while what should hold does not.
 */
export async function leastTimes(
  once: () => unknown,
  twice: () => unknown,
  holds: (once: number, twice: number) => boolean,
): Promise<{ once: number; twice: number }> {
  const least = { once: Number.POSITIVE_INFINITY, twice: Number.POSITIVE_INFINITY }
  for (let run = 0; run < mostRuns && (run < leastRuns || !holds(least.once, least.twice)); run += 1) {
    least.once = Math.min(least.once, await millisecondsOf(once))
    least.twice = Math.min(least.twice, await millisecondsOf(twice))
  }
  return least
}

/** Of the processor, which others on the machine do not add to. */
export async function millisecondsOf(work: () => unknown): Promise<number> {
  const start = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(start)
  return (user + system) / 1000
}
