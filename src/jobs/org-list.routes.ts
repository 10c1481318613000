import type { FastifyPluginAsync } from 'fastify'
import { itemRoutes } from '../access/item.routes.ts'
import { getItem, listItems } from '../access/org-rows.service.ts'
import * as contract from '../contract/org-list.ts'
import type { Db } from '../db/client.ts'
import * as service from './org-list.service.ts'

const names = { input: contract.NameInput, patch: contract.NamePatch }

const lists = [
  {
    list: 'priority',
    path: '/priorities',
    one: 'a priority',
    many: 'priorities',
    schemas: { item: contract.Priority, ...names },
  },
  {
    list: 'engine',
    path: '/engines',
    one: 'an engine',
    many: 'engines',
    schemas: { item: contract.Engine, input: contract.EngineInput, patch: contract.EnginePatch },
  },
  {
    list: 'solver_version',
    path: '/solver-versions',
    one: 'a solver version',
    many: 'solver versions',
    schemas: { item: contract.SolverVersion, ...names },
  },
] as const

export function orgListRoutes({ db }: { db: Db }): FastifyPluginAsync {
  return async (app) => {
    for (const entry of lists) await app.register(routesOf(db, entry))
  }
}

function routesOf(db: Db, { list, path, one, many, schemas }: (typeof lists)[number]): FastifyPluginAsync {
  const kind = service.orgListKind(list)
  return itemRoutes({
    path,
    access: { read: 'reader', create: 'owner', update: 'owner', delete: 'owner' },
    summaries: {
      list: `List the ${many} of the org`,
      create: `Add ${one}`,
      read: `Read ${one}`,
      update: `Change ${one}`,
      delete: `Delete ${one} that no job uses`,
    },
    schemas: { ...schemas, made: schemas.item },
    list: (caller, query) => listItems(db, kind, caller, query),
    get: (caller, id) => getItem(db, kind, caller, id),
    create: (caller, input) => service.createInOrgList(db, list, caller, input),
    update: (caller, id, patch) => service.updateInOrgList(db, list, caller, id, patch),
    delete: (caller, id) => service.deleteFromOrgList(db, list, caller, id),
  })
}
