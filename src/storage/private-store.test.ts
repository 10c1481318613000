import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Readable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type GsServer, startGsServer } from '../../test/helpers/gs-server.ts'
import { testWith } from '../../test/helpers/requirements.ts'
import { AppError } from '../errors.ts'
import { silentLogger } from '../lib/logger.ts'
import type { Store } from './store.ts'
import { createStores } from './stores.ts'

const base = mkdtempSync(path.join(tmpdir(), 'waybill-private-'))
let gs: GsServer
let made = 0

beforeAll(async () => {
  gs = await startGsServer()
  process.env.STORAGE_EMULATOR_HOST = gs.url
  gs.buckets.make('private')
})
afterAll(async () => {
  await gs.close()
  rmSync(base, { recursive: true, force: true })
})

function storeAt(root: string, privateRoot = root): Store {
  const store = createStores({ log: silentLogger, privateRoot, gs: { requestTimeoutMs: 2000 } }).storeFor(
    root,
  )
  if (store === null) throw new Error(`There is no driver for ${root}`)
  return store
}

function freshFolder(): string {
  const root = path.join(base, `root-${made++}`)
  mkdirSync(root)
  return root
}

const shell = (command: string) => spawnSync('sh', ['-c', command]).status === 0
const bytes = (size: number) => Readable.from([Buffer.alloc(size)])

/** What each call that an upload or a download makes says of a store that fails. */
async function told(store: Store): Promise<string[]> {
  const file = `${store.root}/x.csv`
  const calls = [
    () => store.writeTemporary(bytes(2_000_000)),
    () => store.writeNew(file, Buffer.from('a')),
    () => store.readRange(file),
  ]
  const messages: string[] = []
  for (const call of calls) {
    const error = await call().then(
      () => null,
      (reason: unknown) => reason,
    )
    expect(error).toBeInstanceOf(AppError)
    messages.push(error instanceof AppError ? `${error.code}: ${error.message}` : '')
  }
  const look = await store.stat(file)
  return [...messages, 'reason' in look ? `${look.state}: ${look.reason}` : look.state]
}

const words = (fault: RegExp) => expect.stringMatching(fault)
const unreachable = /^(unavailable|failed): The server's store cannot be reached; .* whoever runs this server/

describe('the private store tells of its faults as the server’s', () => {
  testWith('mounts', 'where a disk is full', async () => {
    const root = freshFolder()
    expect(shell(`mount -t tmpfs -o size=1m tmpfs ${root}`)).toBe(true)
    try {
      const full = /^The server's store is full; whoever runs this server has to free some space/
      await expect(storeAt(root).writeTemporary(bytes(2_000_000))).rejects.toThrow(full)
      await expect(storeAt(root).writeNew(`${root}/x`, Buffer.alloc(2_000_000))).rejects.toThrow(full)
      await expect(storeAt(root, '/other').writeTemporary(bytes(2_000_000))).rejects.toThrow(
        'the disk is full',
      )
    } finally {
      shell(`umount ${root}`)
    }
  })

  testWith('mounts', 'where a disk cannot be written to', async () => {
    const root = freshFolder()
    expect(shell(`mount -t tmpfs -o ro tmpfs ${root}`)).toBe(true)
    try {
      const refused = /^The server has no permission to use its own store; whoever runs this server/
      await expect(storeAt(root).writeTemporary(bytes(1))).rejects.toThrow(refused)
      await expect(storeAt(root).writeNew(`${root}/x`, Buffer.from('a'))).rejects.toThrow(refused)
    } finally {
      shell(`umount ${root}`)
    }
  })

  it('where a folder is not mounted', async () => {
    const root = freshFolder()
    renameSync(root, `${root}-away`)
    expect(await told(storeAt(root))).toEqual(Array(4).fill(words(unreachable)))
    expect((await told(storeAt(root, '/other'))).at(-1)).toMatch(
      /The folder of this location cannot be reached/,
    )
  })

  it('where a bucket refuses', async () => {
    gs.fail({ bucket: 'private', action: 'refuse' })
    const refused = /^(unavailable|forbidden): The server has no permission to use its own store; whoever/
    expect(await told(storeAt('gs://private/waybill'))).toEqual(Array(4).fill(words(refused)))
    gs.reset()
    gs.buckets.make('private')
  })

  it('where a bucket is not there or does not answer', async () => {
    expect((await told(storeAt('gs://nowhere/waybill'))).slice(0, 2)).toEqual(
      Array(2).fill(words(unreachable)),
    )
  })
})

it('what breaks off while it is stored, and what is not there, are told as they are', async () => {
  const store = storeAt(freshFolder())
  const cut = new AppError('unavailable', 'The sender went away')
  const content = Readable.from(
    (async function* () {
      yield Buffer.alloc(100)
      throw cut
    })(),
  )
  await expect(store.writeTemporary(content)).rejects.toBe(cut)
  await expect(store.readRange(`${store.root}/x`)).rejects.toMatchObject({ code: 'not_found' })
  expect(await store.stat(`${store.root}/x`)).toMatchObject({ state: 'absent' })
  await store.writeNew(`${store.root}/x`, Buffer.from('a'))
  await expect(store.writeNew(`${store.root}/x`, Buffer.from('b'))).rejects.toMatchObject({
    code: 'conflict',
  })
})
