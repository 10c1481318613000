interface OpenElement {
  name: string
  line: number
}

const maxDepth = 1000
/** An element with more attributes has them in a set, so that a million of them cost no more each. */
const listLength = 8

/** The elements that are open and the attributes of the tag that is being read. */
export function createXmlElements() {
  const open: OpenElement[] = []
  let hasRoot = false
  let names: string[] = []
  let nameSet: Set<string> | null = null
  return {
    maxDepth,
    depth: () => open.length,
    hasRoot: () => hasRoot,
    last: () => open.at(-1),
    open(name: string, line: number): 'second root' | 'too deep' | null {
      if (open.length === 0 && hasRoot) return 'second root'
      if (open.length === maxDepth) return 'too deep'
      hasRoot = true
      open.push({ name, line })
      names = []
      nameSet = null
      return null
    },
    closeLast(): void {
      open.pop()
    },
    /** Null where it closed what was open; else that, or undefined where nothing is. */
    close(name: string): OpenElement | null | undefined {
      const last = open.at(-1)
      if (last?.name !== name) return last
      open.pop()
      return null
    },
    /** False where the tag has it already. */
    addAttribute(name: string): boolean {
      if (nameSet === null ? names.includes(name) : nameSet.has(name)) return false
      if (nameSet !== null) nameSet.add(name)
      else if (names.push(name) > listLength) nameSet = new Set(names)
      return true
    },
  }
}
