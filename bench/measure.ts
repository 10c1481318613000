/** One line of a result: a variant, how long it took, and against what that is held. */
export interface Row {
  variant: string
  medianMs: number
  minMs: number
  maxMs: number
  runs: number
  /** Median of this variant over the median of the one it is held against. */
  ratio?: number
  against?: string
  [figure: string]: string | number | undefined
}

export interface Variant {
  name: string
  run(round: number): Promise<unknown>
  /** What has to be done before each run and is not measured. */
  prepare?(): Promise<unknown>
  /** The variant whose median this one's is divided by. */
  against?: string
  /** For a variant that runs only a part of the work: how many times more the whole is. */
  scale?: number
  figures?: (medianMs: number) => Record<string, string | number>
}

/** Runs all variants in turn, in another order each round, so that a machine that drifts drifts for all. */
export async function interleave(
  variants: Variant[],
  { rounds, warmups = 1 }: { rounds: number; warmups?: number },
): Promise<Row[]> {
  const samples = new Map<string, number[]>(variants.map((variant) => [variant.name, []]))
  for (let round = -warmups; round < rounds; round += 1) {
    for (const variant of shuffled(variants)) {
      await variant.prepare?.()
      const start = performance.now()
      await variant.run(round + warmups)
      if (round >= 0) samples.get(variant.name)?.push((performance.now() - start) * (variant.scale ?? 1))
    }
  }
  const medianOf = (name: string) => median(samples.get(name) ?? [])
  return variants.map((variant) => {
    const times = samples.get(variant.name) ?? []
    return {
      variant: variant.name,
      medianMs: median(times),
      minMs: Math.min(...times),
      maxMs: Math.max(...times),
      runs: times.length,
      ...(variant.against === undefined
        ? {}
        : { ratio: median(times) / medianOf(variant.against), against: variant.against }),
      ...variant.figures?.(median(times)),
    }
  })
}

function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const [low, high] = [sorted[middle - 1] ?? Number.NaN, sorted[middle] ?? Number.NaN]
  return sorted.length % 2 === 1 ? high : (low + high) / 2
}

function shuffled<T>(values: T[]): T[] {
  return values
    .map((value) => ({ value, key: Math.random() }))
    .sort((a, b) => a.key - b.key)
    .map(({ value }) => value)
}
