import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { type FileType, shippedFileTypes } from '../../src/files/file-types.ts'
import { aux, model, runCalls } from '../helpers/submissions.ts'
import { startTestApp, type TestApp } from '../helpers/test-app.ts'
import { workflowCalls } from '../helpers/workflows.ts'

const idf: FileType = {
  extension: 'idf',
  mimeType: 'text/plain',
  maxSizeBytes: 5 * 1_048_576,
  description: '',
  isText: true,
  format: null,
}
/** As the configuration has them: between two tests a server was started with another one. */
const fileTypes = new Map(shippedFileTypes)

let app: TestApp
let workflows: ReturnType<typeof workflowCalls>
beforeAll(async () => {
  app = await startTestApp({ fileTypes })
  workflows = workflowCalls(app)
})
afterAll(() => app.stop())
beforeEach(() => {
  fileTypes.set('idf', idf)
})

const slot = { slug: 'b', label: 'B', allowed_file_types: ['idf'], max_size_bytes: idf.maxSizeBytes }
const create = (slug: string) =>
  workflows.create({ slug, auxiliary_file_slots: [slot], steps: [{ validator: 'command' }] })

const unknown = {
  step: null,
  slot: 'b',
  code: 'slot_type_unknown',
  message: "The 'b' slot allows IDF files, which this server does not take.",
}

it('a type that is no longer taken is warned of by every write and the check', async () => {
  expect((await create('gone')).warnings).toEqual([])
  fileTypes.delete('idf')
  expect((await workflows.get('/gone/check/')).body).toEqual({
    ok: false,
    warnings: [unknown],
    summary: '1 warning in 1 of 1 slot',
  })
  expect((await workflows.get('/')).body.items.at(-1).warnings).toEqual([unknown])
  const renamed = await workflows.patch('/gone/', { name: 'Renamed' })
  expect(renamed).toMatchObject({ status: 200, body: { name: 'Renamed', warnings: [unknown] } })
})

it('a slot of such a type can be changed in what has nothing to do with it', async () => {
  await create('label')
  fileTypes.delete('idf')
  const changed = await workflows.patch('/label/slots/b/', { label: 'Other' })
  expect(changed).toMatchObject({
    status: 200,
    body: { ...slot, label: 'Other', warnings: [unknown] },
  })
  const kept = await workflows.patch('/label/slots/b/', { allowed_file_types: ['idf'] })
  expect(kept.status).toBe(422)
  expect(kept.body.details).toMatchObject([{ field: 'allowed_file_types[0]' }])
  expect((await workflows.patch('/label/slots/b/', { allowed_file_types: ['csv'] })).body.warnings).toEqual(
    [],
  )
})

it('a launch is told that it is the server which does not take the file', async () => {
  await create('launch')
  fileTypes.delete('idf')
  const { launch } = runCalls(app)
  const refused = await launch('launch', [model, aux('b', 'h1.IDF', 'x')])
  expect(refused.status).toBe(415)
  expect(refused.body.details).toEqual([
    {
      field: 'aux_b',
      message: '"h1.IDF" has the extension idf, which the slot "b" allows and this server does not take',
    },
  ])
})

it('a limit that was lowered below that of a slot is warned of, and stands until one is sent', async () => {
  await create('limit')
  fileTypes.set('idf', { ...idf, maxSizeBytes: 1_048_576 })
  const over = {
    step: null,
    slot: 'b',
    code: 'slot_limit_over_type',
    message:
      "The 'b' slot takes files of up to 5 MB (5,242,880 bytes), and this server IDF files of up to 1 MB (1,048,576 bytes).",
  }
  expect((await workflows.get('/limit/check/')).body.warnings).toEqual([over])
  const changed = await workflows.patch('/limit/slots/b/', { required: false })
  expect(changed.body).toMatchObject({ max_size_bytes: idf.maxSizeBytes, warnings: [over] })
  for (const patch of [{ max_size_bytes: 2_000_000 }, { allowed_file_types: ['idf'] }]) {
    const refused = await workflows.patch('/limit/slots/b/', patch)
    expect(refused.body.details).toMatchObject([{ field: 'max_size_bytes' }])
  }
  expect((await workflows.patch('/limit/slots/b/', { max_size_bytes: 1_000 })).body.warnings).toEqual([])
})
