import type { FastifyPluginAsync } from 'fastify'
import { Token, TokenInput, TokenMade, TokenPatch } from '../contract/token.ts'
import type { Db } from '../db/client.ts'
import { itemRoutes } from './item.routes.ts'
import { createToken, getToken, listTokens, revokeToken, updateToken } from './token.service.ts'

export function tokenRoutes({ db }: { db: Db }): FastifyPluginAsync {
  return itemRoutes({
    path: '/tokens',
    access: { read: 'owner', create: 'owner', update: 'owner', delete: 'owner' },
    summaries: {
      list: 'List the tokens of the org, revoked ones too',
      create: 'Make a token; this answer alone holds it',
      read: 'Read a token',
      update: 'Rename a token, or change its role or expiry',
      delete: 'Revoke a token at once; its row stays',
    },
    schemas: { item: Token, made: TokenMade, input: TokenInput, patch: TokenPatch },
    list: (caller, query) => listTokens(db, caller, query),
    get: (caller, id) => getToken(db, caller, id),
    create: (caller, input) => createToken(db, caller, input),
    update: (caller, id, patch) => updateToken(db, caller, id, patch),
    delete: (caller, id) => revokeToken(db, caller, id),
  })
}
