import { appendFile, mkdir, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { crc32c } from '@node-rs/crc32'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sendRaw } from '../helpers/raw-client.ts'
import { startTestApp, type TestApp } from '../helpers/test-app.ts'

let app: TestApp
beforeAll(async () => {
  app = await startTestApp()
})
afterAll(() => app.stop())

function checksumOf(text: string): string {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(crc32c(text))
  return bytes.toString('base64')
}

async function put(name: string, text: string): Promise<string> {
  const path = join(app.files, name)
  await mkdir(join(path, '..'), { recursive: true })
  await writeFile(path, text)
  return path
}

async function verify(...paths: string[]) {
  const answer = await app.request('POST', '/api/v1/files/verify', { paths })
  expect(answer.status).toBe(200)
  return answer.body.items
}

describe('the ledger over HTTP', () => {
  it('records what it finds at a path, with size and checksum', async () => {
    const path = await put('results/cohort.vcf.gz', 'variants')
    const [item] = await verify(path)
    expect(item).toMatchObject({
      path,
      name: 'cohort.vcf.gz',
      state: 'verified',
      size: 8,
      file_checksum: checksumOf('variants'),
      version: 1,
    })
    const detail = await app.request('GET', `/api/v1/files/${item.id}`)
    expect(detail.body).toMatchObject({
      ...item,
      kind: 'file',
      basename: 'cohort.vcf.gz',
      nameroot: 'cohort',
      nameext: '.vcf.gz',
      versions: [{ version: 1, size: 8, file_checksum: checksumOf('variants') }],
      companions: [],
      uses: [],
    })
  })

  it('answers one item a path in the order asked, also for what is not there or cannot be looked at', async () => {
    const there = await put('order/b.txt', 'b')
    const items = await verify('/nowhere/of/ours.txt', there, join(app.files, 'order/a.txt'), there)
    expect(items.map((item: { state: string }) => item.state)).toEqual([
      'declared',
      'verified',
      'missing',
      'verified',
    ])
    expect(items[0].reason).toBe('No location of this org covers this path, so it cannot be looked at')
  })

  it('tells of other bytes, of a loss and of a return, and keeps every version', async () => {
    const path = await put('drift.csv', 'one')
    const [{ id }] = await verify(path)
    await put('drift.csv', 'two!')
    expect((await verify(path))[0]).toMatchObject({ id, version: 2, size: 4 })
    await rm(path)
    expect((await verify(path))[0]).toMatchObject({ id, state: 'gone', version: 2, size: 4 })
    await put('drift.csv', 'two!')
    expect((await verify(path))[0]).toMatchObject({ id, state: 'verified', version: 2 })
    const detail = await app.request('GET', `/api/v1/files/${id}`)
    expect(detail.body.versions.map((version: { size: number }) => version.size)).toEqual([4, 3])
  })

  it('finds files by name, folder, extension, state, checksum and direction', async () => {
    const bam = await put('find/me/sample.bam', 'reads')
    const index = await put('find/me/sample.bam.bai', 'index')
    const lost = join(app.files, 'find/me/lost.bam')
    await verify(bam, index, lost)
    const found = async (query: string) => {
      const answer = await app.request('GET', `/api/v1/files?${query}`)
      expect(answer.status).toBe(200)
      return answer.body.items.map((item: { path: string }) => item.path)
    }
    const prefix = `path_prefix=${encodeURIComponent(join(app.files, 'find/'))}`
    expect(await found(prefix)).toEqual([bam, index, lost].sort())
    expect(await found('name=sample.bam')).toEqual([bam])
    expect(await found(`${prefix}&ext=bam`)).toEqual(expect.arrayContaining([bam, lost]))
    expect(await found(`${prefix}&ext=.bai`)).toEqual([index])
    expect(await found(`${prefix}&state=missing`)).toEqual([lost])
    expect(await found(`checksum=${encodeURIComponent(checksumOf('reads'))}`)).toEqual([bam])
    expect(await found(`${prefix}&direction=in`)).toEqual([])
    await app.request('POST', '/api/v1/jobs', {
      job: { description: 'd', project_name: 'p', olga_version: '7.3.5' },
      casefiles: [{ file_name: 'sample.bam', path: bam }],
    })
    expect(await found(`${prefix}&direction=in`)).toEqual([bam])
    expect(await found(`${prefix}&direction=out`)).toEqual([])
  })

  it('pages through all of them once', async () => {
    await verify(...Array.from({ length: 23 }, (_, i) => join(app.files, `pages/${i}.txt`)))
    const seen: number[] = []
    let cursor = ''
    const prefix = encodeURIComponent(join(app.files, 'pages/'))
    do {
      const answer = await app.request('GET', `/api/v1/files?limit=5&path_prefix=${prefix}${cursor}`)
      seen.push(...answer.body.items.map((item: { id: number }) => item.id))
      cursor = answer.body.next_cursor === null ? '' : `&cursor=${answer.body.next_cursor}`
    } while (cursor !== '')
    expect(seen.length).toBe(23)
    expect(new Set(seen).size).toBe(23)
  })

  it.each([
    'limit=0',
    'limit=1001',
    'limit=x',
    'cursor=x',
    'cursor=99999999999',
    'state=lost',
    'colour=red',
    'ext=a&ext=b',
  ])('refuses ?%s with 400', async (query) => {
    const answer = await app.request('GET', `/api/v1/files?${query}`)
    expect(answer.status).toBe(400)
    expect(answer.body.details.length).toBeGreaterThan(0)
  })

  it('serves the bytes whole and in parts, as an attachment', async () => {
    const path = await put('dl/naïve "name".txt', '0123456789')
    const [{ id }] = await verify(path)
    const get = async (range?: string) =>
      await app.app.inject({
        url: `/api/v1/files/${id}/content`,
        headers: { authorization: `Bearer ${app.ownerToken}`, ...(range ? { range } : {}) },
      })
    const whole = await get()
    expect(whole.statusCode).toBe(200)
    expect(whole.body).toBe('0123456789')
    expect(whole.headers['content-disposition']).toBe(
      `attachment; filename="na_ve _name_.txt"; filename*=UTF-8''na%C3%AFve%20%22name%22.txt`,
    )
    expect(whole.headers['content-type']).toBe('application/octet-stream')
    for (const [range, status, body, contentRange] of [
      ['bytes=0-3', 206, '0123', 'bytes 0-3/10'],
      ['bytes=7-', 206, '789', 'bytes 7-9/10'],
      ['bytes=-2', 206, '89', 'bytes 8-9/10'],
      ['bytes=5-99', 206, '56789', 'bytes 5-9/10'],
      ['bytes=10-', 416, '', 'bytes */10'],
      ['bytes=5-2', 200, '0123456789', undefined],
      ['bytes=0-1,3-4', 200, '0123456789', undefined],
    ] as const) {
      const part = await get(range)
      expect([range, part.statusCode, part.body, part.headers['content-range']]).toEqual([
        range,
        status,
        body,
        contentRange,
      ])
    }
  })

  it('serves an empty file, and says of a lost one that it is not there', async () => {
    const path = await put('dl/empty.txt', '')
    const [{ id }] = await verify(path)
    const empty = await app.request('GET', `/api/v1/files/${id}/content`)
    expect([empty.status, empty.body]).toEqual([200, ''])
    await rm(path)
    expect((await app.request('GET', `/api/v1/files/${id}/content`)).status).toBe(404)
  })

  it('reads nothing outside a location, by link or by name', async () => {
    await mkdir(join(app.files, 'links'), { recursive: true })
    await symlink('/etc/passwd', join(app.files, 'links/passwd'))
    await symlink('/etc', join(app.files, 'links/etc'))
    const paths = [join(app.files, 'links/passwd'), join(app.files, 'links/etc/passwd'), '/etc/passwd']
    const items = await verify(...paths)
    for (const item of items) {
      expect(item.state).not.toBe('verified')
      expect(item.size).toBeNull()
      const content = await app.request('GET', `/api/v1/files/${item.id}/content`)
      expect(content.status).toBeGreaterThanOrEqual(400)
      expect(content.status).toBeLessThan(500)
      expect(JSON.stringify(content.body)).not.toContain('root:')
    }
    const dots = await app.request('POST', '/api/v1/files/verify', { paths: [`${app.files}/../owner.token`] })
    expect(dots.status).toBe(422)
  })

  it('stops reading a location whose folder became a link to elsewhere', async () => {
    const owner = await app.request('POST', '/api/v1/tokens', { name: 'linker', role: 'owner' })
    const root = join(app.files, 'swapped')
    await mkdir(root)
    const { status } = await app.request('POST', '/api/v1/locations', { root }, owner.body.token)
    expect(status).toBe(201)
    await put('swapped/passwd', 'mine')
    await mkdir(join(app.files, '../store'), { recursive: true })
    const [{ id }] = await verify(join(root, 'passwd'))
    for (const elsewhere of ['/etc', '/usr/bin', join(app.files, '..'), join(app.files, '../store'), '/']) {
      await rm(root, { recursive: true })
      await symlink(elsewhere, root)
      const items = await verify(join(root, 'passwd'), join(root, 'owner.token'), join(root, 'env'))
      for (const item of items) expect(item.state, elsewhere).toBe('unreachable')
      expect(items[0].reason).toMatch(/A link leads the folder of this location/)
      expect((await app.request('GET', `/api/v1/files/${id}/content`)).status).toBe(503)
    }
    await rm(root, { recursive: true })
    await mkdir(join(app.files, 'moved'))
    await symlink(join(app.files, 'moved'), root)
    await put('moved/passwd', 'still mine')
    expect((await verify(join(root, 'passwd')))[0]).toMatchObject({ state: 'verified', size: 10 })
  })

  it('ends a download early, and never with another answer in its place, when the file changes meanwhile', async () => {
    const url = await app.listen()
    for (const change of [
      (path: string) => truncate(path, 1_000_000),
      (path: string) => appendFile(path, 'HTTP/1.1 200 OK\r\n\r\n'),
    ]) {
      const path = await put('dl/changing', 'A'.repeat(10_000_000))
      const [{ id }] = await verify(path)
      const heads = (path: string) =>
        `GET ${path} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${app.ownerToken}\r\n`
      const { text } = await sendRaw(url, async (socket) => {
        await socket.write(`${heads(`/api/v1/files/${id}/content`)}\r\n`)
        await socket.firstByte()
        socket.pause()
        await change(path)
        await socket.write(`${heads('/healthz')}Connection: close\r\n\r\n`)
        socket.resume()
      })
      const body = text.slice(text.indexOf('\r\n\r\n') + 4)
      expect(body.slice(0, 10_000_000)).toMatch(/^A+$/)
      expect(body.slice(10_000_000)).toMatch(/^(HTTP\/1.1 200 OK\r\nx-request-id|$)/)
    }
  })

  it('tells the length of a file without reading it', async () => {
    const path = await put('dl/sparse.bin', '')
    await truncate(path, 50_000_000_000)
    const [{ id }] = await verify(path)
    const { headers, statusCode } = await app.app.inject({
      method: 'HEAD',
      url: `/api/v1/files/${id}/content`,
      headers: { authorization: `Bearer ${app.ownerToken}` },
    })
    expect([statusCode, headers['content-length']]).toEqual([200, '50000000000'])
    const before = process.cpuUsage()
    await sleep(500)
    const { user, system } = process.cpuUsage(before)
    expect(user + system).toBeLessThan(200_000)
  })

  it.each([
    [{}, 422],
    [{ ids: [1], paths: ['/a'] }, 422],
    [{ ids: [] }, 422],
    [{ ids: [999_999] }, 404],
    [{ paths: ['relative', '/ok', '', '/a/../b', '/nul\0'] }, 422],
  ])('refuses to verify %j', async (body, status) => {
    expect((await app.request('POST', '/api/v1/files/verify', body)).status).toBe(status)
  })

  it('names every id that is no file of the org', async () => {
    const [{ id }] = await verify(await put('known.txt', 'x'))
    const answer = await app.request('POST', '/api/v1/files/verify', { ids: [888_888, id, 999_999] })
    expect(answer.status).toBe(404)
    expect(answer.body.error).toBe('ids[0] there is no file 888888 (and 1 more)')
    expect(answer.body.details.map((detail: { field: string }) => detail.field)).toEqual(['ids[0]', 'ids[2]'])
  })

  it('leaves the checksum of a large file to the worker', async () => {
    const path = await put('large.bin', '')
    await truncate(path, 9_000_000)
    const [item] = await verify(path)
    expect(item).toMatchObject({ state: 'verified', size: 9_000_000, file_checksum: null })
  })
})
