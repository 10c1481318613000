/** The place of a part: `casefiles`, then 3, then `path` make `casefiles[3].path`. */
export function joinField(field: string, segment: string | number): string {
  if (typeof segment === 'number') return `${field}[${segment}]`
  return field === '' ? segment : `${field}.${segment}`
}
