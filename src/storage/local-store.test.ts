import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { afterAll, describe, expect, it } from 'vitest'
import { asOtherUser } from '../../test/helpers/as-other-user.ts'
import { silentLogger } from '../lib/logger.ts'
import { openByDescriptor, openByRealPath } from './local-path.ts'
import { createLocalStore } from './local-store.ts'
import { describeStore } from './store.contract.ts'

const base = mkdtempSync(path.join(tmpdir(), 'waybill-local-'))
afterAll(() => rmSync(base, { recursive: true, force: true }))
let made = 0

function freshRoot(): string {
  const root = path.join(base, `root-${made++}`)
  mkdirSync(root)
  return root
}

const shell = (command: string) => spawnSync('sh', ['-c', command]).status === 0

const storeAt = (root: string) => createLocalStore(root, { log: silentLogger })

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true })
  return entries.filter((one) => !one.isDirectory()).map((one) => path.join(one.parentPath, one.name))
}

describeStore('local', async () => {
  const root = freshRoot()
  return {
    store: storeAt(root),
    put: async (file, content) => {
      await mkdir(path.dirname(file), { recursive: true })
      await writeFile(file, content)
    },
    everything: () => filesBelow(root),
  }
})

describe('files of the same bytes', () => {
  async function twoOfTheSame(between: (first: string) => void) {
    const root = freshRoot()
    const store = storeAt(root)
    const write = async () => (await store.writeTemporary(Readable.from([Buffer.from('the same')]))).path
    const first = path.join(root, 'first')
    const { generation } = await store.moveInPlace(await write(), first)
    between(first)
    const sameAs = { path: first, generation: generation ?? '' }
    await store.moveInPlace(await write(), path.join(root, 'second'), { sameAs, ifAbsent: true })
    expect(readFileSync(path.join(root, 'second'), 'utf8')).toBe('the same')
    expect(await readdir(path.join(root, '.waybill-tmp'))).toEqual([])
    return [statSync(first).ino, statSync(path.join(root, 'second')).ino]
  }

  it('share their storage', async () => {
    const [first, second] = await twoOfTheSame(() => {})
    expect(first).toBe(second)
  })

  it('do not where the earlier one was written over, replaced, or replaced by a link', async () => {
    const others: ((first: string) => void)[] = [
      (first) => writeFileSync(first, 'THE SAME'),
      (first) => {
        renameSync(first, `${first}-was`)
        writeFileSync(first, 'the same')
      },
      (first) => {
        renameSync(first, `${first}-was`)
        symlinkSync(`${first}-was`, first)
      },
    ]
    for (const other of others) {
      const [first, second] = await twoOfTheSame(other)
      expect(first).not.toBe(second)
    }
  })
})

describe('links in a location', () => {
  function rootWithLinks() {
    const root = freshRoot()
    const outside = path.join(base, `outside-${made}`)
    mkdirSync(path.join(outside, 'sub'), { recursive: true })
    writeFileSync(path.join(outside, 'secret'), 'secret')
    writeFileSync(path.join(root, 'inside'), 'inside')
    mkdirSync(path.join(root, 'folder'))
    writeFileSync(path.join(root, 'folder', 'member'), 'member')
    const link = (target: string, name: string) => symlinkSync(target, path.join(root, name))
    link('inside', 'good')
    link('good', 'chain')
    link('folder', 'good-folder')
    link(path.join(outside, 'secret'), 'bad')
    link('bad', 'bad-chain')
    link(outside, 'bad-folder')
    link(path.join(outside, 'not-there'), 'bad-dangling')
    link('not-there', 'dangling')
    link('loop-b', 'loop-a')
    link('loop-a', 'loop-b')
    link('/proc/self/environ', 'proc')
    return { root, outside, store: storeAt(root) }
  }

  it('are followed inside', async () => {
    const { root, store } = rootWithLinks()
    for (const name of ['good', 'chain', 'good-folder/member']) {
      expect(await store.stat(`${root}/${name}`), name).toMatchObject({ state: 'present' })
    }
  })

  it('never lead out, and what is outside is told in the same words whether it is there or not', async () => {
    const { root, store } = rootWithLinks()
    const reasons = new Set<string>()
    const names = [
      'bad',
      'bad-chain',
      'bad-dangling',
      'bad-folder/secret',
      'bad-folder/none',
      'bad-folder/no/ne',
      'dangling',
    ]
    for (const name of names) {
      const look = await store.stat(`${root}/${name}`)
      expect(look.state, name).toBe('absent')
      if (look.state !== 'present') reasons.add(look.reason)
      await expect(store.readRange(`${root}/${name}`)).rejects.toMatchObject({ code: 'not_found' })
    }
    expect(reasons.size).toBe(1)
    expect((await store.stat(`${root}/loop-a`)).state).toBe('absent')
    expect((await store.stat(`${root}/proc`)).state).toBe('absent')
    expect((await store.listRange(`${root}/bad-folder/`)).state).toBe('absent')
    const page = await store.listRange(`${root}/`)
    const listed = page.state === 'listed' ? page.files.map((file) => path.basename(file.path)) : []
    expect(listed).toEqual(['chain', 'member', 'good', 'inside'])
  })

  it('do not let a write or a deletion out', async () => {
    const { root, outside, store } = rootWithLinks()
    for (const name of ['bad-folder/new', 'bad-folder/sub/new', 'bad-folder/new/er']) {
      const { path: temporary } = await store.writeTemporary(Readable.from([Buffer.from('x')]))
      await expect(store.moveInPlace(temporary, `${root}/${name}`)).rejects.toMatchObject({
        code: 'not_found',
      })
      await store.delete(temporary)
    }
    await store.delete(`${root}/bad-folder/secret`)
    expect(await filesBelow(outside)).toEqual([path.join(outside, 'secret')])
  })

  it('cannot be swapped in between the check and the use', async () => {
    const { root, outside, store } = rootWithLinks()
    const target = path.join(root, 'swapped')
    writeFileSync(path.join(root, 'plain'), 'inside')
    writeFileSync(target, 'inside')
    let stop = false
    const swapping = (async () => {
      for (let i = 0; !stop; i++) {
        unlinkSync(target)
        if (i % 2 === 0) symlinkSync(path.join(outside, 'secret'), target)
        else writeFileSync(target, 'inside')
        if (i % 5 === 0) await new Promise((resolve) => setImmediate(resolve))
      }
    })()
    const seen = new Set<string>()
    for (let i = 0; i < 400; i++) {
      const read = await store
        .readRange(target)
        .then(buffer)
        .catch(() => null)
      if (read !== null) seen.add(read.toString())
    }
    stop = true
    await swapping
    expect([...seen].filter((one) => one !== 'inside' && one !== '')).toEqual([])
  })

  it('are as safe without /proc', async () => {
    const { root } = rootWithLinks()
    for (const open of [openByDescriptor, openByRealPath]) {
      for (const name of [
        'bad',
        'bad-chain',
        'bad-folder/secret',
        'bad-folder/none',
        'bad-dangling',
        'dangling',
        'proc',
      ]) {
        expect(await open(root, `${root}/${name}`), name).toMatchObject({ state: 'absent' })
      }
      const inside = await open(root, `${root}/chain`)
      if ('reason' in inside) throw new Error(inside.reason)
      const handle = await inside.openForReading()
      expect((await handle.readFile()).toString()).toBe('inside')
      await handle.close()
      const swapped = await open(root, `${root}/inside`)
      if ('reason' in swapped) throw new Error(swapped.reason)
      renameSync(`${root}/inside`, `${root}/moved`)
      symlinkSync('/etc/hostname', `${root}/inside`)
      const late = await swapped.openForReading().then(
        async (file) => {
          const content = (await file.readFile()).toString()
          await file.close()
          return content
        },
        () => 'refused',
      )
      expect(['inside', 'refused']).toContain(late)
      unlinkSync(`${root}/inside`)
      renameSync(`${root}/moved`, `${root}/inside`)
      await inside.close()
      await swapped.close()
    }
  })
})

describe('what is no file', () => {
  it('is absent and does not hang: pipe, device, socket, directory', async () => {
    const root = freshRoot()
    shell(`mkfifo ${root}/pipe`)
    mkdirSync(`${root}/folder`)
    const server = createServer().listen(`${root}/socket`)
    await new Promise((resolve) => server.once('listening', resolve))
    const device = shell(`mknod ${root}/device c 1 5`)
    for (const name of ['pipe', 'folder', 'socket', ...(device ? ['device'] : [])]) {
      const look = await storeAt(root).stat(`${root}/${name}`, { checksumUpToBytes: 1e9 })
      expect(look, name).toMatchObject({ state: 'absent' })
      await expect(storeAt(root).readRange(`${root}/${name}`)).rejects.toMatchObject({ code: 'not_found' })
    }
    expect(await storeAt(root).listRange(`${root}/`)).toMatchObject({ files: [] })
    server.close()
  })

  it('a name that is not UTF-8 is passed over', async () => {
    const root = freshRoot()
    writeFileSync(Buffer.concat([Buffer.from(`${root}/`), Buffer.from([0x66, 0xff])]), 'x')
    writeFileSync(`${root}/good`, 'x')
    const page = await storeAt(root).listRange(`${root}/`)
    expect(page.state === 'listed' && page.files.map((file) => file.path)).toEqual([`${root}/good`])
  })

  it.each(['file', 'folder'])('a name of a %s that is not UTF-8 makes no listing whole', async (kind) => {
    const root = freshRoot()
    mkdirSync(`${root}/deep`)
    const name = Buffer.concat([Buffer.from(`${root}/deep/`), Buffer.from([0x66, 0xff])])
    if (kind === 'file') writeFileSync(name, 'x')
    else mkdirSync(name)
    expect(await storeAt(root).listRange(`${root}/`, { whole: true })).toEqual({
      state: 'absent',
      reason: expect.stringContaining('not UTF-8'),
      at: `${root}/deep/`,
    })
  })

  it('control characters, NUL and half surrogate pairs are absent', async () => {
    const root = freshRoot()
    for (const name of ['a\0b', 'a\nb', '\ud800', '..', 'a/../b']) {
      expect((await storeAt(root).stat(`${root}/${name}`)).state).toBe('absent')
    }
  })
})

/** Reported by name where this machine cannot; `WAYBILL_TEST_REQUIRE=all` makes that a failure. */
function needs(what: boolean, reason: string, skip: (note: string) => never): void {
  if (what) return
  if (process.env.WAYBILL_TEST_REQUIRE === 'all') throw new Error(reason)
  skip(reason)
}

describe('a disk', () => {
  it('that is not mounted makes no file absent', async () => {
    const store = storeAt(`${base}/not-mounted`)
    expect(await store.stat(`${store.root}/x`)).toMatchObject({
      state: 'failed',
      reason: expect.stringContaining('mounted'),
    })
    expect((await store.listRange(`${store.root}/`)).state).toBe('failed')
    await expect(store.readRange(`${store.root}/x`)).rejects.toMatchObject({ code: 'unavailable' })
    const write = store.writeTemporary(Readable.from([Buffer.from('x')]))
    await expect(write).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('mounted'),
    })
    await expect(store.delete(`${store.root}/x`)).rejects.toMatchObject({ code: 'unavailable' })
  })

  it('that is full refuses the file, says so, and keeps nothing of it', async ({ skip }) => {
    const root = freshRoot()
    const mounted = shell(`mount -t tmpfs -o size=1m tmpfs ${root}`)
    needs(mounted, 'a small tmpfs cannot be mounted here', skip)
    try {
      const big = Readable.from([Buffer.alloc(600_000), Buffer.alloc(600_000), Buffer.alloc(600_000)])
      const write = storeAt(root).writeTemporary(big)
      await expect(write).rejects.toMatchObject({
        code: 'unavailable',
        message: expect.stringContaining('disk is full'),
      })
      expect(await filesBelow(root)).toEqual([])
    } finally {
      shell(`umount ${root}`)
    }
  })

  it('that forbids reading is told apart from one where nothing is', async ({ skip }) => {
    const root = freshRoot()
    writeFileSync(`${root}/private`, 'x', { mode: 0o000 })
    mkdirSync(`${root}/closed`, { mode: 0o000 })
    const script = `
      import { createLocalStore } from ${JSON.stringify(path.resolve('src/storage/local-store.ts'))}
      process.setuid?.(65534)
      const store = createLocalStore(${JSON.stringify(root)}, { log: {} })
      const read = await store.readRange(${JSON.stringify(`${root}/private`)}).catch((error) => error.code)
      process.stdout.write(JSON.stringify([
        (await store.stat(${JSON.stringify(`${root}/closed/x`)})).state, read,
        (await store.stat(${JSON.stringify(`${root}/none`)})).state]))`
    needs(process.getuid?.() === 0, 'only root can become another user', skip)
    for (const folder of [base, root]) chmodSync(folder, 0o755)
    const out = spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script])
    expect([out.stdout.toString(), out.stderr.toString()]).toEqual([
      '["forbidden","unavailable","absent"]',
      '',
    ])
  })

  it.each([
    ['cannot be read', 0o000, 'closed/', ['a', 'z']],
    ['cannot be entered', 0o644, 'closed/x', ['a', 'z']],
  ])('with a folder that %s makes no listing whole', async (_, mode, at, seen) => {
    const root = freshRoot()
    for (const name of ['a', 'z']) writeFileSync(`${root}/${name}`, 'x')
    mkdirSync(`${root}/closed`)
    writeFileSync(`${root}/closed/x`, 'x')
    chmodSync(`${root}/closed`, mode)
    await asOtherUser([base, root], async () => {
      const page = await storeAt(root).listRange(`${root}/`)
      expect(page.state === 'listed' && page.files.map((file) => path.basename(file.path))).toEqual(seen)
      expect(await storeAt(root).listRange(`${root}/`, { whole: true })).toEqual({
        state: 'forbidden',
        reason: expect.stringContaining('no permission'),
        at: `${root}/${at}`,
      })
    })
  })

  it('whose links lead nowhere, out or to folders has whole listings', async () => {
    const root = freshRoot()
    mkdirSync(`${root}/empty`)
    symlinkSync(`${root}/none`, `${root}/dangling`)
    symlinkSync('/etc/hostname', `${root}/out`)
    symlinkSync(`${root}/empty`, `${root}/folder`)
    const page = await storeAt(root).listRange(`${root}/`, { whole: true })
    expect(page).toEqual({ state: 'listed', files: [], nextPageToken: null })
  })
})

it('memory stays flat while 300 MB pass through and are hashed', async () => {
  const root = freshRoot()
  const block = Buffer.alloc(256 * 1024, 7)
  let peak = 0
  const before = process.memoryUsage().rss
  const source = Readable.from(
    (function* () {
      for (let i = 0; i < 1200; i++) {
        if (i % 50 === 0) peak = Math.max(peak, process.memoryUsage().rss)
        yield block
      }
    })(),
  )
  const store = storeAt(root)
  const { path: temporary, sizeBytes } = await store.writeTemporary(source)
  for await (const _ of await store.readRange(temporary)) peak = Math.max(peak, process.memoryUsage().rss)
  await store.stat(temporary, { checksumUpToBytes: 1e9 })
  expect(sizeBytes).toBe(1200 * block.length)
  expect(peak - before).toBeLessThan(100 * 1024 * 1024)
})
