import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { type AnalysisApp, startAnalysisApp } from '../helpers/analysis-app.ts'

const clients = 8
const rounds = 200
const sharedFiles = 50

test('eight clients that register, replace and verify the same fifty files leave no error and no orphan', async () => {
  const app = await startAnalysisApp()
  app.gs.latencyMs = 30
  const path = (round: number, n: number) => `gs://bucket/race/${Math.floor(round / 4)}/${n}.vcf.gz`
  let written = 0
  let answers = 0
  const startedAt = Date.now()

  /** Every client takes the files in an order of its own, some as companions. */
  function treeOf(round: number, client: number) {
    const order = Array.from(
      { length: sharedFiles },
      (_, n) => (n * (2 * client + 1) + client * 7) % sharedFiles,
    )
    const paths = [...new Set(order)].map((n) => path(round, n))
    const nodes = paths.map((basename, n) =>
      n % 5 === 0 ? { basename, secondary_files: { next: paths[n + 1] ?? basename } } : { basename },
    )
    return { list: client % 2 === 0 ? nodes : nodes.toReversed(), bare: paths }
  }
  async function client(round: number, number: number): Promise<void> {
    const outputs = treeOf(round, number)
    const { id } = await app.create(outputs)
    const patched = await app.patch(id, { outputs: { ...outputs, more: treeOf(round, number + 1).list } })
    expect(patched.status, JSON.stringify(patched.body)).toBe(200)
    const verified = await app.verify(id)
    expect(verified.status, JSON.stringify(verified.body)).toBe(200)
    answers += 3
  }

  for (let round = 0; round < rounds; round += 1) {
    const work = Promise.all(Array.from({ length: clients }, (_, number) => client(round, number)))
    // While they register, some of the files appear, change and go.
    for (let n = round % 2; n < sharedFiles; n += 2) {
      const name = path(round, n).slice('gs://bucket/'.length)
      if (round % 4 === 3) app.gs.buckets.remove('bucket', name)
      else app.gs.buckets.put('bucket', name, `round ${round}`)
      written += 1
    }
    await work
  }
  expect(await faults(app)).toEqual({ doubles: 0, orphans: 0, broken: 0, unplaced: 0, deadlocks: 0 })
  const { rows } = await sql<{ files: number; versions: number; uses: number }>`
    select (select count(*) from file) as files, (select count(*) from file_version) as versions,
      (select count(*) from file_use) as uses`.execute(app.database.db)
  const [count = { files: 0, versions: 0, uses: 0 }] = rows
  expect(count.files).toBe(Math.ceil(rounds / 4) * sharedFiles)
  const seconds = Math.round((Date.now() - startedAt) / 1000)
  process.stdout.write(
    `${answers} answers, ${written} changes of files; ${count.files} files, ${count.versions} versions, ${count.uses} uses, in ${seconds} s\n`,
  )
  await app.stop()
})

/** What must never be: a path twice, a use of nothing, a version without its file, an output that is both or neither. */
async function faults({ database }: AnalysisApp) {
  const { rows } = await sql<object>`
    select
      (select count(*) from (select 1 from file group by org_id, path having count(*) > 1) d)
        + (select count(*) from (select 1 from file_version group by file_id, crc32c, generation having count(*) > 1) d)
        as doubles,
      (select count(*) from file_use u where u.subject_kind = 'analysis'
        and not exists (select from analysis a where a.id = u.subject_id))
        + (select count(*) from file_version v where not exists (select from file f where f.id = v.file_id)) as orphans,
      (select count(*) from file_use where (version_id is null) = (output is null)) as broken,
      (select count(*) from file_use u join file_use p on p.id = u.primary_use_id
        where p.subject_id <> u.subject_id) as unplaced,
      (select deadlocks from pg_stat_database where datname = current_database()) as deadlocks`.execute(
    database.db,
  )
  return rows[0]
}
