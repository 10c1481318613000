import type { FastifyPluginAsync } from 'fastify'
import { Location, LocationInput, LocationPatch } from '../contract/location.ts'
import { itemRoutes } from './item.routes.ts'
import {
  createLocation,
  deleteLocation,
  type LocationDeps,
  locations,
  updateLocation,
} from './location.service.ts'
import { getItem, listItems } from './org-rows.service.ts'

export function locationRoutes(deps: LocationDeps): FastifyPluginAsync {
  const { db } = deps
  return itemRoutes({
    path: '/locations',
    access: { read: 'reader', create: 'owner', update: 'owner', delete: 'owner' },
    summaries: {
      list: 'List the folders and buckets that the org may point at',
      create: 'Add a location',
      read: 'Read a location',
      update: 'Rename a location',
      delete: 'Remove a location; the ledger keeps its files',
    },
    schemas: { item: Location, made: Location, input: LocationInput, patch: LocationPatch },
    list: (caller, query) => listItems(db, locations, caller, query),
    get: (caller, id) => getItem(db, locations, caller, id),
    create: (caller, input) => createLocation(deps, caller, input),
    update: (caller, id, patch) => updateLocation(db, caller, id, patch),
    delete: (caller, id) => deleteLocation(db, caller, id),
  })
}
