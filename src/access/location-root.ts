import { realpath } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { isWithin, locationFault, normalAddress, parseAddress } from '../storage/location.ts'
import type { Deployment } from './deployment.ts'

const schemes = ['gs', 's3']
/** They hold the machine's own state and secrets, never a run's files. */
const systemFolders = ['/proc', '/sys', '/dev', '/etc', '/boot']
const longestRootBytes = 2000

/** The one spelling in which a root is kept, without a slash at its end. */
export function normalRoot(root: string): string {
  return (normalAddress(root) ?? root).replace(/(?<=[^/])\/+$/u, '')
}

/** The folder that is a location of the org `default` from the start. */
export function filesRoot(deployment: Deployment): string {
  return join(deployment.dataDir, 'files')
}

/** Why no org at all may have this location, as the end of a sentence that begins with "root"; null if one may. */
export async function rootFault(root: string, deployment: Deployment): Promise<string | null> {
  const fault = locationFault(root)
  if (fault !== null) return `${quoted(root)} ${fault}`
  if (Buffer.byteLength(root) > longestRootBytes) return `is longer than ${longestRootBytes} bytes`
  const address = parseAddress(root)
  if (address?.kind === 'windows' || (address?.kind === 'object' && !schemes.includes(address.scheme))) {
    return `${quoted(root)} is of a kind without a store; write /folder, gs://bucket/folder or s3://bucket/folder`
  }
  for (const spelling of await spellings(root)) {
    const place = await placeFault(spelling, deployment)
    if (place !== null) return `${quoted(root)} ${place}`
  }
  return null
}

/** Whether a root lies within one of `roots`, as it is written and where it leads. */
export async function liesWithin(roots: readonly string[], root: string): Promise<boolean> {
  const isInside = await placesWithin(roots)
  return (await spellings(root)).every(isInside)
}

/**
 * Whether a location may be used where its root leads now: whoever may write above the root can put a link in its
 * way after it was added. A root within what is allowed has to lead to what is allowed; none leads to what is ours.
 */
export function createRootGuard(
  deployment: Deployment,
): (root: string, realRoot: string) => Promise<boolean> {
  const known = new Set<string>()
  return async (root, realRoot) => {
    const asked = `${root}\0${realRoot}`
    if (known.has(asked)) return true
    const mayLead = await mayLeadTo(root, realRoot, deployment)
    if (mayLead) known.add(asked)
    return mayLead
  }
}

/** Such a root could be added with the deployment token, and would not be used. */
export async function leadsOutOfAllowed(root: string, deployment: Deployment): Promise<boolean> {
  const isAllowed = await allowedPlaces(deployment)
  const places = await spellings(root)
  return places.some(isAllowed) && !places.every(isAllowed)
}

async function mayLeadTo(root: string, realRoot: string, deployment: Deployment): Promise<boolean> {
  if (root === deployment.storeRoot) return true
  if ((await placeFault(realRoot, deployment)) !== null) return false
  const isAllowed = await allowedPlaces(deployment)
  return !isAllowed(root) || isAllowed(realRoot)
}

async function allowedPlaces(deployment: Deployment): Promise<(path: string) => boolean> {
  return await placesWithin([filesRoot(deployment), ...deployment.locations])
}

async function placesWithin(roots: readonly string[]): Promise<(path: string) => boolean> {
  const outer = (await Promise.all(roots.map(spellings))).flat()
  return (path) => outer.some((root) => isWithin(root, path))
}

async function placeFault(root: string, deployment: Deployment): Promise<string | null> {
  if (root === '/') return 'is the whole disk; name a folder'
  const system = systemFolders.find((folder) => isWithin(folder, root) && !isWithin('/dev/shm', root))
  if (system !== undefined) return `lies in ${system}, which belongs to the system`
  for (const store of await spellings(deployment.storeRoot)) {
    if (isWithin(store, root)) return "lies in Waybill's private store"
    if (isWithin(root, store)) return "contains Waybill's private store; name a folder beside it"
  }
  const files = await spellings(filesRoot(deployment))
  for (const dataDir of await spellings(deployment.dataDir)) {
    if (isWithin(root, dataDir)) return "contains Waybill's data directory; name a folder beside it"
    if (isWithin(dataDir, root) && !files.some((folder) => isWithin(folder, root))) {
      return "lies in Waybill's data directory, of which only the folder `files` may be a location"
    }
  }
  return null
}

/** A root as it is written and, of a local one, where it really leads. */
async function spellings(root: string): Promise<string[]> {
  const written = normalRoot(root)
  if (parseAddress(written)?.kind !== 'posix') return [written]
  const real = await realPathOf(written)
  return real === written ? [written] : [written, real]
}

/** Of a path that is not there yet: where its nearest folder that is there leads. */
async function realPathOf(path: string): Promise<string> {
  const real = await realpath(path).catch(() => null)
  if (real !== null) return real
  const above = dirname(path)
  return above === path ? path : join(await realPathOf(above), basename(path))
}

function quoted(root: string): string {
  return JSON.stringify(root.length > 200 ? `${root.slice(0, 200)}…` : root)
}
