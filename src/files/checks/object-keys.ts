/** The keys of the objects that are open: a place for each depth, used anew by the next object at it. */
export interface ObjectKeys {
  open(depth: number): void
  /** False where the open object at this depth has the key already. */
  add(depth: number, key: string): boolean
}

/** Most objects have few keys, which a list finds faster than a set does. */
const listLength = 12

export function createObjectKeys(): ObjectKeys {
  const lists: string[][] = []
  const sets: (Set<string> | undefined)[] = []
  return {
    open(depth) {
      const list = lists[depth]
      if (list === undefined) lists[depth] = []
      else list.length = 0
      sets[depth] = undefined
    },
    add(depth, key) {
      const set = sets[depth]
      if (set !== undefined) {
        if (set.has(key)) return false
        set.add(key)
        return true
      }
      const list = lists[depth] ?? []
      if (list.includes(key)) return false
      list.push(key)
      if (list.length > listLength) sets[depth] = new Set(list)
      return true
    },
  }
}
