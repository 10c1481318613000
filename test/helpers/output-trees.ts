import { crc32c } from '@node-rs/crc32'
import fc from 'fast-check'
import { expect } from 'vitest'
import type { Json, JsonObject } from '../../src/contract/json.ts'
import { checksumFromNumber } from '../../src/lib/content-hash.ts'
import type { AnalysisApp } from './analysis-app.ts'

/** A path that trees name, and what stands there. */
interface NamedFile {
  path: string
  basename: string
  dirname: string
  nameroot: string
  nameext: string | null
  /** Null where nothing is. */
  content: string | null
}

export type World = ReadonlyMap<string, NamedFile>

const names: [nameroot: string, nameext: string | null][] = [
  ['cohort', '.vcf.gz'],
  ['cohort.vcf.gz', '.tbi'],
  ['sample', '.bam'],
  ['README', null],
  ['a b', '.txt'],
  ['é', '.md5'],
]

/** Files on the disk and in the bucket; every other one is there. */
export async function makeWorld(app: AnalysisApp): Promise<World> {
  const world = new Map<string, NamedFile>()
  for (const dirname of [app.at('trees'), 'gs://bucket/trees']) {
    for (const [nameroot, nameext] of names) {
      const basename = `${nameroot}${nameext ?? ''}`
      const path = `${dirname}/${basename}`
      const content = world.size % 2 === 0 ? `content of ${path}` : null
      world.set(path, { path, basename, dirname, nameroot, nameext, content })
      if (content === null) continue
      if (path.startsWith('gs:')) app.gs.buckets.put('bucket', `trees/${basename}`, content)
      else await app.write(`trees/${basename}`, content)
    }
  }
  return world
}

/** Any tree that can be registered. */
export function outputTrees(world: World): fc.Arbitrary<Json> {
  const address = fc.constantFrom(...world.keys())
  const text = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 12 }),
    fc.constantFrom('', 'gs:/x', '/nowhere', 'x.vcf'),
  )
  const key = fc
    .oneof(
      text,
      fc.constantFrom('vcf', 'path', 'a.b', 'l[0]', 'constructor', 'toString', 'secondary_files', '1', ' '),
    )
    .filter((name) => name !== '__proto__' && name !== 'basename')
  const leaf = fc.oneof(
    fc.constantFrom(null, true, false),
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    text,
  )
  const meta = fc.option(fc.dictionary(key, fc.oneof(leaf, fc.array(leaf, { maxLength: 3 })), { maxKeys: 3 }))
  const { value } = fc.letrec<{ value: Json; file: JsonObject; companion: Json; structure: Json }>((tie) => ({
    value: fc.oneof({ maxDepth: 6, depthSize: 'medium' }, leaf, address, tie('file'), tie('structure')),
    structure: fc.oneof(
      fc.array(tie('value'), { maxLength: 5 }),
      fc.dictionary(key, tie('value'), { maxKeys: 5 }),
      fc.record({
        basename: fc.oneof(fc.integer(), fc.constantFrom(null, true)),
        other: tie('value'),
      }),
    ),
    companion: fc.oneof({ maxDepth: 4 }, address, tie('file')),
    file: fc.oneof(
      { maxDepth: 4 },
      fc.record({ basename: address }),
      fc.record(
        {
          basename: text,
          path: address,
          meta,
          secondary_files: fc.oneof(fc.constant(null), fc.dictionary(key, tie('companion'), { maxKeys: 3 })),
          valid: fc.boolean(),
          size: fc.constant(-1),
        },
        { requiredKeys: ['basename', 'path'] },
      ),
    ),
  }))
  return fc.oneof(
    { weight: 1, arbitrary: fc.oneof(address, fc.constant(null)) },
    { weight: 9, arbitrary: value.filter((tree) => typeof tree === 'object' && !Array.isArray(tree)) },
  )
}

/** What an answer has to show of a tree: written from the wire, apart from the code that renders it. Ids are left out. */
export function expectedOutputs(world: World, tree: Json, missingAs: 'string' | 'object'): Json {
  const showFile = (named: NamedFile, sent: JsonObject, isPrimary: boolean): Json => {
    const { path, basename, dirname, nameroot, nameext, content } = named
    if (content === null && missingAs === 'string') return path
    const companions = Object.entries((sent.secondary_files ?? {}) as JsonObject)
    const secondary_files = Object.fromEntries(companions.map(([name, one]) => [name, show(one, false)]))
    if (content === null) return { path, basename, valid: false, state: 'missing', secondary_files }
    const file_checksum = checksumFromNumber(crc32c(content))
    const size = Buffer.byteLength(content)
    const { meta = null } = sent
    const facts = {
      path,
      basename,
      dirname,
      nameroot,
      nameext,
      file_checksum,
      size,
      meta,
      valid: true,
      secondary_files,
    }
    return isPrimary ? { parent_id: null, ...facts } : facts
  }
  const show = (value: Json, isPrimary = true): Json => {
    if (Array.isArray(value)) return value.map((item) => show(item))
    if (typeof value === 'string') {
      const named = world.get(value)
      return named === undefined ? value : showFile(named, {}, isPrimary)
    }
    if (typeof value !== 'object' || value === null) return value
    if (typeof value.basename === 'string') {
      const named = world.get(String(value.path ?? value.basename))
      if (named === undefined) throw new Error(`The world has no ${JSON.stringify(value)}`)
      return showFile(named, value, isPrimary)
    }
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, show(item)]))
  }
  return show(tree)
}

/**
 * Registers the first tree, fails to replace it, replaces it by the second, and sends that back. `twice` compares with
 * a second registration and with the other way to show what is missing as well.
 */
export async function checkTrees(
  app: AnalysisApp,
  world: World,
  [first, second]: readonly [Json, Json],
  { twice }: { twice: boolean },
): Promise<void> {
  const expectShown = (outputs: Json, tree: Json, missingAs: 'string' | 'object' = 'string') =>
    expect(withoutIds(outputs)).toBe(JSON.stringify(expectedOutputs(world, tree, missingAs)))
  const created = await app.create(first)
  expectShown(created.outputs, first)
  const { id } = created

  const broken = [second, { basename: 'relative' }]
  const refused = await app.patch(id, { outputs: { broken }, status: 'failed' })
  expect(refused.status).toBe(422)
  expect(JSON.stringify(await app.read(id))).toBe(JSON.stringify(created))

  const patched = await app.patch(id, { outputs: second })
  expect(patched.status, JSON.stringify(patched.body)).toBe(200)
  expectShown(patched.body.outputs, second)
  const same = await app.patch(id, { outputs: patched.body.outputs })
  expect(JSON.stringify(same.body)).toBe(JSON.stringify(patched.body))
  if (!twice) return

  const fresh = await app.create(second)
  expect(JSON.stringify(fresh.outputs)).toBe(JSON.stringify(patched.body.outputs))
  const shown = await app.read(fresh.id, '?missing=object')
  expectShown(shown.outputs, second, 'object')
  const sameAgain = await app.patch(fresh.id, { outputs: shown.outputs }, '?missing=object')
  expect(withoutLookTimes(sameAgain.body)).toBe(withoutLookTimes(shown))
}

/** A file that is not there may be looked at again meanwhile; everything else of an answer stays. */
export function withoutLookTimes(answer: object): string {
  return JSON.stringify(answer).replaceAll(/"checked_at":"[^"]*"/g, '"checked_at":""')
}

function withoutIds(outputs: Json): string {
  return JSON.stringify(outputs, (_, value) => {
    if (typeof value !== 'object' || value === null || typeof value.path !== 'string' || !('valid' in value))
      return value
    const { id, reason, checked_at, ...rest } = value
    if (rest.valid) expect(id).toEqual(expect.any(Number))
    else expect([reason, checked_at]).toEqual([expect.stringMatching(/\w/), expect.stringMatching(/Z$/)])
    return rest
  })
}
