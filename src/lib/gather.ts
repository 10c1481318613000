export interface GatherOptions {
  /** Batches at a time. */
  lanes: number
  /** Items in a batch at most. */
  most: number
}

/** A gatherer for each key. */
export function createGatherers<K, I, O>(
  work: (key: K, items: I[]) => Promise<O[]>,
  options: GatherOptions,
): (key: K, item: I) => Promise<O> {
  const gatherers = new Map<K, (item: I) => Promise<O>>()
  return (key, item) => {
    const gather = gatherers.get(key) ?? createGatherer((items: I[]) => work(key, items), options)
    gatherers.set(key, gather)
    return gather(item)
  }
}

/**
 * Does together what is asked for while earlier batches are still at work, so that a hundred callers of the same
 * moment cost little more than one; who comes alone waits for nobody. A batch is begun after each of its items was
 * asked for. `work` answers one for each item, in their order; where it throws, all of its callers are told.
 */
export function createGatherer<I, O>(
  work: (items: I[]) => Promise<O[]>,
  { lanes, most }: GatherOptions,
): (item: I) => Promise<O> {
  let waiting: { item: I; resolve: (answer: O) => void; reject: (error: unknown) => void }[] = []
  let running = 0

  async function runBatch(): Promise<void> {
    const batch = waiting.slice(0, most)
    waiting = waiting.slice(most)
    try {
      const answers = await work(batch.map(({ item }) => item))
      if (answers.length !== batch.length) {
        throw new RangeError(`${answers.length} answers for ${batch.length} items`)
      }
      for (const [index, { resolve }] of batch.entries()) resolve(answers[index] as O)
    } catch (error) {
      for (const { reject } of batch) reject(error)
    }
  }

  async function runLane(): Promise<void> {
    running += 1
    // What arrives in the same turn of the event loop goes into one batch.
    await new Promise((resolve) => setImmediate(resolve))
    while (waiting.length > 0) await runBatch()
    running -= 1
  }

  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject })
      if (running < lanes) void runLane()
    })
}
