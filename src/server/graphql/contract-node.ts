/** What of a contract's schema decides its GraphQL type. */
export interface ContractNode {
  type?: string | string[]
  title?: string
  description?: string
  format?: string
  const?: unknown
  enum?: readonly string[]
  default?: unknown
  anyOf?: readonly ContractNode[]
  items?: ContractNode
  properties?: Record<string, ContractNode>
  required?: readonly string[]
}

/** `nullable(X)` of the contract, taken apart. */
export function withoutNull(node: ContractNode): { node: ContractNode; isNullable: boolean } {
  const options = node.anyOf?.filter((option) => option.type !== 'null') ?? []
  const [only] = options
  const isNullable = options.length !== (node.anyOf?.length ?? 0)
  return { node: isNullable && options.length === 1 && only !== undefined ? only : node, isNullable }
}

/** A schema that says nothing of types takes anything. */
export function admitsNull({ type, anyOf, enum: values, const: value }: ContractNode): boolean {
  if (anyOf !== undefined) return anyOf.some(admitsNull)
  if (type === undefined) return values === undefined && value === undefined
  return type === 'null' || type.includes('null')
}

/** `aux_files` → `auxFiles` */
export function camelCase(name: string): string {
  return name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
}
