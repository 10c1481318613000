type Node = Record<string, unknown>

/**
 * Moves every object schema with a title to `components.schemas`, so that a reader and a client generator see
 * one `Job`, not a copy in each answer. Two shapes under one title are an error of ours.
 */
export function nameModels<T extends object>(document: T): T {
  const models: Record<string, unknown> = {}
  const lift = (node: unknown): unknown => {
    if (Array.isArray(node)) return node.map(lift)
    if (typeof node !== 'object' || node === null) return node
    const lifted: Node = Object.fromEntries(Object.entries(node).map(([key, child]) => [key, lift(child)]))
    const { title } = lifted
    if (typeof title !== 'string' || lifted.type !== 'object') return lifted
    const standing = models[title]
    if (standing !== undefined && JSON.stringify(standing) !== JSON.stringify(lifted)) {
      throw new Error(`Two schemas of different shape have the title ${title}`)
    }
    models[title] = lifted
    return { $ref: `#/components/schemas/${title}` }
  }
  const lifted = lift(document) as T & { components?: Node }
  const { schemas = {}, ...components } = lifted.components ?? {}
  const sorted = Object.entries({ ...(schemas as Node), ...models }).sort(([a], [b]) => (a < b ? -1 : 1))
  return { ...lifted, components: { ...components, schemas: Object.fromEntries(sorted) } }
}
