import type { TObject } from 'typebox'
import { AppError, sentenceOfDetails } from '../../errors.ts'
import { compileStrict } from '../schema-compilers.ts'
import { detailsOf } from '../validation-details.ts'
import { admitsNull, type ContractNode, camelCase } from './contract-node.ts'

/** Turns the arguments of a field into what the contract says, or refuses them with all their faults. */
export function createWireArgs(schema: TObject): (args: object) => Record<string, unknown> {
  const faultsOf = compileStrict(schema)
  return (args) => {
    const wire = wireValue(schema as ContractNode, args)
    const details = detailsOf(faultsOf(wire)).map(({ field, message }) => ({
      field: camelCase(field),
      message,
    }))
    const [first] = details
    if (first !== undefined) {
      throw new AppError('invalid', sentenceOfDetails(first, details.length), { details })
    }
    return wire as Record<string, unknown>
  }
}

/** Where the contract knows no null, null is as good as nothing: clients send it for a variable that is not set. */
function wireValue(node: ContractNode, value: unknown): unknown {
  if (Array.isArray(value)) {
    const { items } = node
    return items === undefined ? value : value.map((item) => wireValue(items, item))
  }
  if (node.properties === undefined || typeof value !== 'object' || value === null) return value
  const fields: [string, unknown][] = []
  for (const [name, child] of Object.entries(node.properties)) {
    const given: unknown = Reflect.get(value, camelCase(name))
    if (given === undefined || (given === null && !admitsNull(child))) {
      if (child.default !== undefined) fields.push([name, child.default])
    } else {
      fields.push([name, wireValue(child, given)])
    }
  }
  return Object.fromEntries(fields)
}
