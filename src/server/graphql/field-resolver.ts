import type { GraphQLFieldResolver, GraphQLResolveInfo } from 'graphql'
import type { GraphqlField } from '../../access/graphql-field.ts'
import { roleReaches } from '../../access/role.ts'
import type { Db } from '../../db/client.ts'
import { AppError } from '../../errors.ts'
import { replay } from '../../idempotency/write-once.ts'
import { refusalOfRole } from '../authenticate.ts'
import type { GraphqlContext } from './graphql-context.ts'
import { createWireArgs } from './wire-args.ts'

type Resolver = GraphQLFieldResolver<unknown, GraphqlContext, object>

export function queryResolver(field: GraphqlField): Resolver {
  const wireArgs = createWireArgs(field.args)
  return (_parent, args, { caller, inTurn }) =>
    inTurn(async () => {
      assertRole(field, caller.role)
      return await field.resolve(caller, wireArgs(args))
    })
}

/** With an `Idempotency-Key` each field of a mutation is a write of its own, told apart by its place in the answer. */
export function mutationResolver(field: GraphqlField, db: Db): Resolver {
  const wireArgs = createWireArgs(field.args)
  return (_parent, args, context, info) =>
    context.inTurn(async () => {
      assertRole(field, context.caller.role)
      const content = wireArgs(args)
      const once = context.onceFor(placeOf(info), `${info.parentType.name}.${info.fieldName}`, content)
      const caller = once === undefined ? context.caller : { ...context.caller, once }
      const first = await replay(db, caller)
      return first === undefined ? await field.resolve(caller, content) : first.value
    })
}

function assertRole({ access }: GraphqlField, role: GraphqlContext['caller']['role']): void {
  if (!roleReaches(role, access)) throw new AppError('forbidden', refusalOfRole(access, role))
}

/** `analysis.createAnalysis`, or the aliases that the document gives. */
function placeOf({ path }: GraphQLResolveInfo): string {
  const keys = []
  for (let at: typeof path | undefined = path; at !== undefined; at = at.prev) keys.unshift(at.key)
  return keys.join('.')
}
