/** The one of `names` that `given` most likely meant; undefined where none is near. */
export function closestName(given: string, names: Iterable<string>): string | undefined {
  let closest: string | undefined
  let fewest = Math.max(2, Math.floor(given.length / 3)) + 1
  for (const name of names) {
    const edits = editDistance(given.toLowerCase(), name.toLowerCase())
    if (edits < fewest) {
      fewest = edits
      closest = name
    }
  }
  return closest
}

function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i]
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      row.push(Math.min(replaced, (previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1))
    }
    previous = row
  }
  return previous[b.length] ?? 0
}
