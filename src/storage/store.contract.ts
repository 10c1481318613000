import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { setTimeout as pause } from 'node:timers/promises'
import { crc32c } from '@node-rs/crc32'
import { describe, expect, it } from 'vitest'
import { AppError } from '../errors.ts'
import { checksumFromNumber } from '../lib/content-hash.ts'
import { computeChecksums } from './checksums.ts'
import type { ListPage, Store } from './store.ts'

export interface StoreUnderTest {
  store: Store
  /** Puts a file without the store's help. */
  put(path: string, content: string): Promise<void>
  /** All paths in the store as they are, temporaries included. */
  everything(): Promise<string[]>
}

/** What every driver promises. `open` makes an empty store. */
export function describeStore(name: string, open: () => Promise<StoreUnderTest>): void {
  const text = async (stream: Readable) => (await buffer(stream)).toString()
  const crcOf = (content: string) => checksumFromNumber(crc32c(content))

  describe(`a store: ${name}`, () => {
    it('tells size, checksum and generation of a file', async () => {
      const { store, put } = await open()
      await put(`${store.root}/a/b.txt`, 'hello')
      const look = await store.stat(`${store.root}/a/b.txt`, { checksumUpToBytes: 100 })
      expect(look).toMatchObject({ state: 'present', facts: { sizeBytes: 5, crc32c: crcOf('hello') } })
      expect(look.state === 'present' && look.facts.modifiedAt).toBeInstanceOf(Date)
    })

    it('gives a new generation to new bytes of the same size', async () => {
      const { store, put } = await open()
      await put(`${store.root}/a`, 'one')
      const before = await store.stat(`${store.root}/a`)
      await pause(20) // a file system's clock ticks only every few milliseconds
      await put(`${store.root}/a`, 'two')
      const after = await store.stat(`${store.root}/a`)
      expect(before).not.toEqual(after)
    })

    it('says that nothing is there, also below a file and for names that cannot be', async () => {
      const { store, put } = await open()
      await put(`${store.root}/file`, 'x')
      for (const name of [
        'none',
        'no/such/folder',
        'file/below',
        'x'.repeat(3000),
        `${'long/'.repeat(600)}z`,
      ]) {
        expect(await store.stat(`${store.root}/${name}`)).toMatchObject({ state: 'absent' })
      }
    })

    it('tells nothing of what lies outside of its root', async () => {
      const { store, put } = await open()
      await put(`${store.root}ab/secret`, 'x').catch(() => {})
      const outside = [
        `${store.root}ab/secret`,
        `${store.root}/../x`,
        '/etc/passwd',
        'gs://other/x',
        'relative',
        '',
      ]
      for (const path of outside) {
        expect((await store.stat(path)).state).toBe('absent')
        expect((await store.listRange(`${path}/`)).state).toBe('absent')
        await expect(store.readRange(path)).rejects.toMatchObject({ code: 'not_found' })
        await expect(store.delete(path)).rejects.toBeInstanceOf(AppError)
      }
    })

    it('reads a whole file, a range, a tail, and an empty file', async () => {
      const { store, put } = await open()
      await put(`${store.root}/digits`, '0123456789')
      await put(`${store.root}/empty`, '')
      expect(await text(await store.readRange(`${store.root}/digits`))).toBe('0123456789')
      expect(await text(await store.readRange(`${store.root}/digits`, { start: 2, end: 4 }))).toBe('234')
      expect(await text(await store.readRange(`${store.root}/digits`, { start: 7 }))).toBe('789')
      expect(await text(await store.readRange(`${store.root}/digits`, { end: 0 }))).toBe('0')
      expect(await text(await store.readRange(`${store.root}/digits`, { start: 50 }))).toBe('')
      expect(await text(await store.readRange(`${store.root}/empty`))).toBe('')
    })

    it('refuses to read what is not there and what is another generation', async () => {
      const { store, put } = await open()
      await expect(store.readRange(`${store.root}/none`)).rejects.toMatchObject({ code: 'not_found' })
      await put(`${store.root}/a`, 'one')
      const look = await store.stat(`${store.root}/a`)
      const generation = (look.state === 'present' && look.facts.generation) || ''
      expect(await text(await store.readRange(`${store.root}/a`, { generation }))).toBe('one')
      await put(`${store.root}/a`, 'three')
      const stale = store.readRange(`${store.root}/a`, { generation })
      await expect(stale).rejects.toMatchObject({ code: 'not_found' })
    })

    it('writes a temporary, moves it in place, and leaves no temporary', async () => {
      const { store, everything } = await open()
      for (const content of ['', 'small', 'x'.repeat(3_000_000)]) {
        const written = await store.writeTemporary(
          Readable.from(content === '' ? [] : [Buffer.from(content)]),
        )
        expect(written).toMatchObject({
          sizeBytes: content.length,
          crc32c: crcOf(content),
          sha256: createHash('sha256').update(content).digest('hex'),
        })
        expect(await text(await store.readRange(written.path))).toBe(content)
        const facts = await store.moveInPlace(written.path, `${store.root}/deep/er/file`)
        expect(facts.sizeBytes).toBe(content.length)
        expect(await text(await store.readRange(`${store.root}/deep/er/file`))).toBe(content)
      }
      expect(await everything()).toEqual([`${store.root}/deep/er/file`])
    })

    it('writes what is held straight to its place, where nothing is', async () => {
      const { store, everything } = await open()
      for (const content of ['', 'small', 'x'.repeat(70_000)]) {
        const path = `${store.root}/new/folders/${content.length}`
        const { generation, sizeBytes } = await store.writeNew(path, Buffer.from(content))
        expect(sizeBytes).toBe(content.length)
        expect(await store.stat(path)).toMatchObject({ state: 'present', facts: { generation, sizeBytes } })
        expect(await text(await store.readRange(path))).toBe(content)
        await expect(store.writeNew(path, Buffer.from('other'))).rejects.toMatchObject({ code: 'conflict' })
        expect(await text(await store.readRange(path))).toBe(content)
      }
      expect(await everything()).toHaveLength(3)
    })

    it('leaves a file that is there as it is when told to', async () => {
      const { store, put } = await open()
      await put(`${store.root}/taken`, 'first')
      const { path } = await store.writeTemporary(Readable.from([Buffer.from('second')]))
      const move = store.moveInPlace(path, `${store.root}/taken`, { ifAbsent: true })
      await expect(move).rejects.toMatchObject({ code: 'conflict' })
      expect(await text(await store.readRange(`${store.root}/taken`))).toBe('first')
      await store.moveInPlace(path, `${store.root}/free`, { ifAbsent: true })
      expect(await text(await store.readRange(`${store.root}/free`))).toBe('second')
    })

    it('keeps files of the same bytes apart: each is there when the other has gone', async () => {
      const { store, everything } = await open()
      const write = async () => await store.writeTemporary(Readable.from([Buffer.from('the same')]))
      const first = `${store.root}/first/file`
      const { generation } = await store.moveInPlace((await write()).path, first)
      const sameAs = { path: first, generation: generation ?? '' }
      for (const name of ['second', 'third']) {
        const facts = await store.moveInPlace((await write()).path, `${store.root}/${name}/file`, { sameAs })
        expect(await store.stat(`${store.root}/${name}/file`)).toEqual({ state: 'present', facts })
        expect(facts.sizeBytes).toBe(8)
      }
      await store.delete(first)
      const left = ['second', 'third'].map((name) => `${store.root}/${name}/file`)
      for (const path of left) expect(await text(await store.readRange(path))).toBe('the same')
      // The one that they shared is gone, so these stand for themselves.
      await store.writeNew(`${store.root}/fifth`, Buffer.from('the same'), { sameAs })
      await store.moveInPlace((await write()).path, `${store.root}/fourth`, { sameAs, ifAbsent: true })
      const alone = ['fourth', 'fifth'].map((name) => `${store.root}/${name}`)
      expect((await everything()).sort()).toEqual([...alone, ...left].sort())
    })

    it('lets one of many writers of the same new file win', async () => {
      const { store } = await open()
      const temporaries = await Promise.all(
        ['a', 'b', 'c', 'd', 'e'].map((one) => store.writeTemporary(Readable.from([Buffer.from(one)]))),
      )
      const moves = await Promise.allSettled(
        temporaries.map(({ path }) => store.moveInPlace(path, `${store.root}/one`, { ifAbsent: true })),
      )
      expect(moves.filter((move) => move.status === 'fulfilled')).toHaveLength(1)
    })

    it('leaves nothing of a stream that breaks off', async () => {
      const { store, everything } = await open()
      for (const size of [10, 3_000_000]) {
        const broken = Readable.from(
          (async function* () {
            yield Buffer.alloc(size)
            throw new Error('the client went away')
          })(),
        )
        await expect(store.writeTemporary(broken)).rejects.toThrow('the client went away')
      }
      const controller = new AbortController()
      const endless = new Readable({ read() {} })
      const write = store.writeTemporary(endless, { signal: controller.signal })
      setTimeout(() => controller.abort(), 50)
      await expect(write).rejects.toThrow()
      expect(await everything()).toEqual([])
    })

    it('deletes, and is content when there is nothing to delete', async () => {
      const { store, put, everything } = await open()
      await put(`${store.root}/a`, 'x')
      await store.delete(`${store.root}/a`)
      await store.delete(`${store.root}/a`)
      await store.delete(`${store.root}/no/such`)
      expect(await everything()).toEqual([])
    })

    it('lists temporaries by age and never among files', async () => {
      const { store, put } = await open()
      await put(`${store.root}/a`, 'x')
      const { path } = await store.writeTemporary(Readable.from([Buffer.from('left behind')]))
      const listed = async (olderThan: Date) => {
        const found: string[] = []
        for await (const one of store.listTemporary(olderThan)) found.push(one.path)
        return found
      }
      expect(await listed(new Date(Date.now() + 60_000))).toEqual([path])
      expect(await listed(new Date(Date.now() - 60_000))).toEqual([])
      expect(pathsOf(await store.listRange(`${store.root}/`))).toEqual([`${store.root}/a`])
    })

    it('lists in key order, in pages and in ranges', async () => {
      const { store, put } = await open()
      const names = [
        'a',
        'a.b',
        'a b/x',
        'a!',
        'b/c',
        'b/c.d',
        'b.c',
        'b/é',
        'b/\uFFFD',
        'b/😀',
        'c/1',
        'c/10',
        'c/2',
      ]
      for (const name of names.filter((one) => one !== 'a b')) await put(`${store.root}/${name}`, name)
      const sorted = names
        .map((one) => `${store.root}/${one}`)
        .sort((x, y) => Buffer.compare(Buffer.from(x), Buffer.from(y)))
      expect(pathsOf(await store.listRange(`${store.root}/`))).toEqual(sorted)
      const paged: string[] = []
      let pageToken: string | null = null
      do {
        const from: { pageToken?: string } = pageToken === null ? {} : { pageToken }
        const page = await store.listRange(`${store.root}/`, { maxResults: 3, ...from })
        paged.push(...pathsOf(page))
        pageToken = page.state === 'listed' ? page.nextPageToken : null
      } while (pageToken !== null)
      expect(paged).toEqual(sorted)
      const range = { startAt: `${store.root}/b.c`, endAt: `${store.root}/b/😀` }
      expect(pathsOf(await store.listRange(`${store.root}/`, range))).toEqual(
        sorted.filter(
          (one) =>
            sorted.indexOf(one) >= sorted.indexOf(range.startAt) &&
            sorted.indexOf(one) <= sorted.indexOf(range.endAt),
        ),
      )
      expect(pathsOf(await store.listRange(`${store.root}/c/`))).toHaveLength(3)
    })

    it('computes checksums of a file with the facts before and after', async () => {
      const { store, put } = await open()
      await put(`${store.root}/a`, 'hello')
      const computed = await computeChecksums(store, `${store.root}/a`)
      expect(computed).toMatchObject({ sizeBytes: 5, crc32c: crcOf('hello') })
      expect(computed.before).toEqual(computed.after)
    })
  })
}

function pathsOf(page: ListPage): string[] {
  return page.state === 'listed' ? page.files.map((file) => file.path) : [page.reason]
}
