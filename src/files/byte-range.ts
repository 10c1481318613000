/** The bytes a `Range` header asks for, both ends included; `whole` where it asks for none or is not understood. */
export function parseByteRange(
  header: string | undefined,
  sizeBytes: number,
): { start: number; end: number } | 'whole' | 'unsatisfiable' {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? '')
  if (match === null || (match[1] === '' && match[2] === '')) return 'whole'
  const [first, last] = [match[1] ?? '', match[2] ?? '']
  if (first === '') {
    const start = Math.max(0, sizeBytes - Number(last))
    return Number(last) === 0 || sizeBytes === 0 ? 'unsatisfiable' : { start, end: sizeBytes - 1 }
  }
  const start = Number(first)
  const end = last === '' ? sizeBytes - 1 : Math.min(Number(last), sizeBytes - 1)
  if (last !== '' && Number(last) < start) return 'whole'
  return start >= sizeBytes ? 'unsatisfiable' : { start, end }
}
