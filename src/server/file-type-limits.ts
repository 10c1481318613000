const megabytes: Readonly<Record<string, number>> = {
  epw: 20,
  csv: 10,
  json: 10,
  xml: 10,
  xsd: 10,
  rng: 10,
  dtd: 10,
}

/** The types that a slot may allow, each with the largest size that a file of it may have. */
export const fileTypeLimits: ReadonlyMap<string, { maxSizeBytes: number }> = new Map(
  Object.entries(megabytes).map(([type, mb]) => [type, { maxSizeBytes: mb * 1_048_576 }]),
)
