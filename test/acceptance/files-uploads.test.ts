import { copyFile, mkdir, readdir, rename, rm, truncate, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Worker } from '../../src/db/queue-worker.ts'
import { startAppWorker } from '../helpers/analysis-app.ts'
import { runCli } from '../helpers/cli.ts'
import { type GsServer, startGsServer } from '../helpers/gs-server.ts'
import { model, runCalls } from '../helpers/submissions.ts'
import { startTestApp, type TestApp } from '../helpers/test-app.ts'
import { workflowCalls } from '../helpers/workflows.ts'

interface Uploaded {
  file_id: number
  uri: string
  sha256: string
}

/** A private store of one kind, and what can become of a file in it without Waybill. */
interface Kind {
  start(): Promise<TestApp>
  stop(): Promise<void>
  remove(uri: string): Promise<void>
  putBack(uri: string): Promise<void>
  change(uri: string, content: string): Promise<void>
}

function localKind(): Kind {
  return {
    start: () => startTestApp(),
    stop: async () => {},
    remove: (uri) => rename(uri, `${uri}.away`),
    putBack: (uri) => rename(`${uri}.away`, uri),
    change: (uri, content) => writeFile(uri, content),
  }
}

function gsKind(): Kind {
  let gs: GsServer
  const removed = new Map<string, string>()
  const nameOf = (uri: string) => uri.slice('gs://private/'.length)
  return {
    async start() {
      gs = await startGsServer()
      process.env.STORAGE_EMULATOR_HOST = gs.url
      gs.buckets.make('private')
      return await startTestApp({ storeRoot: 'gs://private/waybill' })
    },
    async stop() {
      await gs.close()
      delete process.env.STORAGE_EMULATOR_HOST
    },
    async remove(uri) {
      const object = gs.buckets.get('private', nameOf(uri))
      const chunks: Buffer[] = []
      for await (const chunk of object?.read(0, object.sizeBytes) ?? []) chunks.push(Buffer.from(chunk))
      removed.set(uri, Buffer.concat(chunks).toString())
      gs.buckets.remove('private', nameOf(uri))
    },
    putBack: async (uri) => void gs.buckets.put('private', nameOf(uri), removed.get(uri) ?? ''),
    change: async (uri, content) => void gs.buckets.put('private', nameOf(uri), content),
  }
}

describe.each([
  ['a folder', localKind()],
  ['a bucket', gsKind()],
])('in a private store that is %s', (_, kind) => {
  let app: TestApp
  let run: { id: number; files: Uploaded[] }
  let ofRun: Uploaded
  let ofLibrary: Uploaded

  beforeAll(async () => {
    app = await kind.start()
    await workflowCalls(app).create({ slug: 'flow' })
  })
  afterAll(async () => {
    await app.stop()
    await kind.stop()
  })
  beforeEach(async () => {
    run = (await runCalls(app).launch('flow', [model])).body
    const [file] = run.files
    if (file === undefined) throw new Error('The run has no file')
    ofRun = file
    const name = `table-${run.id}.csv`
    ofLibrary = (
      await runCalls(app).call('PUT', `/org/default/library/${name}`, `a,${run.id}\n`, {
        'content-type': 'text/csv',
      })
    ).body
  })

  const verify = (body: object) => app.request('POST', '/api/v1/files/verify', body)
  const contentOf = (id: number) => app.request('GET', `/api/v1/files/${id}/content`)
  const linkTo = (id: number) => app.request('POST', `/api/v1/files/${id}/link`, {})
  const detailOf = async (id: number) => (await app.request('GET', `/api/v1/files/${id}`)).body

  it('a look goes there', async () => {
    const before = await detailOf(ofRun.file_id)
    const { body } = await verify({ ids: [ofRun.file_id, ofLibrary.file_id] })
    expect(body.items.map(({ state, version }: never) => [state, version])).toEqual([
      ['verified', 1],
      ['verified', 1],
    ])
    expect((await detailOf(ofRun.file_id)).versions).toEqual(before.versions)
    const byPath = await verify({ paths: [ofRun.uri, ofLibrary.uri] })
    expect(byPath.body.items.map(({ id }: Uploaded & { id: number }) => id)).toEqual([
      ofRun.file_id,
      ofLibrary.file_id,
    ])
  })

  it('a file that is lost is gone, and returns with its bytes', async () => {
    for (const { file_id: id, uri } of [ofRun, ofLibrary]) {
      await kind.remove(uri)
      const gone = await verify({ ids: [id] })
      expect(gone.body.items).toMatchObject([{ state: 'gone', reason: 'There is no file at this path' }])
      expect((await detailOf(id)).state).toBe('gone')
      expect([(await contentOf(id)).status, (await linkTo(id)).status]).toEqual([404, 404])
      await kind.putBack(uri)
      const back = await verify({ ids: [id] })
      expect(back.body.items).toMatchObject([{ state: 'verified', version: 1 }])
      expect([(await contentOf(id)).status, (await linkTo(id)).status]).toEqual([200, 201])
    }
  })

  it('a file that was changed is a new version, and the run keeps the facts of what it took', async () => {
    await kind.change(ofRun.uri, '{"tampered": true}')
    const { body } = await verify({ ids: [ofRun.file_id] })
    expect(body.items).toMatchObject([{ state: 'verified', version: 2, size: 18 }])
    const pinned = (await app.request('GET', `/api/v1/org/default/runs/${run.id}/`)).body.files
    expect(pinned).toEqual(run.files)
    expect((await detailOf(ofRun.file_id)).uses).toMatchObject([{ version: 1 }])

    const name = `table-${run.id}.csv`
    await kind.change(ofLibrary.uri, 'other,bytes,here\n')
    expect((await verify({ paths: [ofLibrary.uri] })).body.items).toMatchObject([{ version: 2 }])
    const kept = (await app.request('GET', `/api/v1/org/default/library/${name}`)).body
    expect(kept).toMatchObject({
      version: 1,
      sha256: ofLibrary.sha256,
      size_bytes: 4 + String(run.id).length - 1,
    })
  })

  it('bytes that nobody looked at yet are not served in place of those that were uploaded', async () => {
    const link = (await linkTo(ofRun.file_id)).body.url
    await kind.change(ofRun.uri, '{"tampered": true}')
    const [content, refused] = [await contentOf(ofRun.file_id), await linkTo(ofRun.file_id)]
    expect([content.status, content.body]).toEqual([refused.status, refused.body])
    expect([content.status, content.body.error]).toEqual([
      409,
      `"${ofRun.uri}" is not what the ledger last saw there; have it looked at with POST /api/v1/files/verify`,
    ])
    const got = await app.app.inject({ url: new URL(link).pathname })
    expect(got.statusCode).toBe(404)
    expect(got.body + JSON.stringify(content.body)).not.toContain('tampered')
    await verify({ ids: [ofRun.file_id] })
    expect((await contentOf(ofRun.file_id)).body).toBe('{"tampered": true}')
  })

  it('an analysis that names an upload tells of its drift', async () => {
    const made = await app.request('POST', '/api/v1/analysis/drift/', {
      ...{ type: 'table', status: 'completed' },
      outputs: { table: { basename: 'table.csv', path: ofLibrary.uri } },
    })
    expect(made.body.outputs.table).toMatchObject({ valid: true, path: ofLibrary.uri })
    await kind.remove(ofLibrary.uri)
    const changed = await app.request('POST', `/api/v1/analysis/${made.body.id}/verify`)
    expect(changed.body.changes).toMatchObject([{ path: ofLibrary.uri, state: 'gone' }])
  })

  it('a file is one, whatever a folder of its name would be', async () => {
    const sent = { name: 'file', fileName: 'results.zarr', content: 'no folder' }
    const { body } = await runCalls(app).launch('flow', [sent])
    const seen = await verify({ ids: [body.files[0].file_id] })
    expect(seen.body.items).toMatchObject([{ state: 'verified', version: 1, size: 9 }])
  })
})

describe('in a private store that is a folder', () => {
  let app: TestApp
  let worker: Worker
  beforeAll(async () => {
    app = await startTestApp()
    worker = await startAppWorker(app)
    await workflowCalls(app).create({ slug: 'flow' })
  })
  afterAll(async () => {
    await worker.stop()
    await app.stop()
  })
  const verify = (body: object) => app.request('POST', '/api/v1/files/verify', body)
  const upload = async (): Promise<Uploaded> => {
    const { body } = await runCalls(app).launch('flow', [model])
    return body.files[0]
  }

  it('`waybill file verify` ends with 1 where an upload is not there', async () => {
    const file = await upload()
    const env = { WAYBILL_URL: await app.listen(), WAYBILL_TOKEN: app.ownerToken }
    expect((await runCli(['file', 'verify', String(file.file_id)], { env })).code).toBe(0)
    await rm(file.uri)
    const ran = await runCli(['file', 'verify', String(file.file_id)], { env })
    expect([ran.code, ran.out]).toEqual([1, expect.stringContaining('gone')])
  })

  it('a store that cannot be reached makes no file look gone, and is asked again', async () => {
    const file = await upload()
    await rename(app.store, `${app.store}-away`)
    const away = await verify({ ids: [file.file_id] })
    await rename(`${app.store}-away`, app.store)
    expect(away.body.items[0].state).toBe('unreachable')
    await vi.waitFor(async () => {
      const { body } = await app.request('GET', `/api/v1/files/${file.file_id}`)
      expect([body.state, body.versions.length]).toEqual(['verified', 1])
    }, 15_000)
  })

  it('a large one that was changed gets its checksum from the worker', async () => {
    const file = await upload()
    await truncate(file.uri, 6_000_000)
    expect((await verify({ ids: [file.file_id] })).body.items).toMatchObject([{ version: 2 }])
    await vi.waitFor(async () => {
      const { body } = await app.request('GET', `/api/v1/files/${file.file_id}`)
      expect(body.versions[0]).toMatchObject({ size: 6_000_000, file_checksum: expect.any(String) })
    }, 15_000)
  })

  it('a large one that was put back from a backup is the same, and is read', async () => {
    const content = Buffer.alloc(6_000_000, 'x')
    const { body } = await runCalls(app).launch('flow', [{ name: 'file', fileName: 'large.bin', content }])
    const [file] = body.files
    await copyFile(file.uri, `${file.uri}.copy`)
    await rename(`${file.uri}.copy`, file.uri)
    const got = await app.app.inject({
      url: `/api/v1/files/${file.file_id}/content`,
      headers: { authorization: `Bearer ${app.ownerToken}` },
    })
    expect([got.statusCode, got.rawPayload.equals(content)]).toEqual([200, true])
    expect((await verify({ ids: [file.file_id] })).body.items).toMatchObject([{ version: 1 }])
  })

  it('an org learns nothing of what it did not upload there, by whatever path', async () => {
    const file = await upload()
    const folder = dirname(file.uri)
    const stray = join(folder, 'stray.json')
    const later = file.uri.replace(/\/submissions\/1\/\d+\//, '/submissions/1/999999/')
    const temporary = join(app.store, '.waybill-tmp', 'one')
    const linked = join(folder, '.waybill-tmp', 'two')
    const respelled = [
      file.uri.replace('/submissions/', '//submissions/'),
      file.uri.replace('/primary/', '/./primary/'),
    ]
    const hidden = [stray, later, temporary, linked]
    for (const path of hidden) {
      await mkdir(dirname(path), { recursive: true })
      await writeFile(path, 'not yours')
    }
    const job = {
      job: { description: 'd', project_name: 'p', olga_version: '7.3.5' },
      casefiles: [{ file_name: 'x.json', path: stray, aux_files: [] }],
    }
    expect((await app.request('POST', '/api/v1/jobs', job)).status).toBe(201)
    const never = join(folder, 'never.json')
    const { body } = await verify({ paths: [...hidden, ...respelled, folder, `${folder}/`, never] })
    for (const item of body.items) {
      expect(item, item.path).toMatchObject({ state: 'declared', size: null, file_checksum: null })
      const answers = [
        await app.request('GET', `/api/v1/files/${item.id}/content`),
        await app.request('POST', `/api/v1/files/${item.id}/link`, {}),
      ]
      for (const answer of answers) {
        expect(answer.status, item.path).toBe(422)
        expect(JSON.stringify(answer.body)).not.toContain('not yours')
      }
    }
    expect(body.calls).toBe(0)
    expect(await readdir(folder)).toContain('stray.json')
  })
})
