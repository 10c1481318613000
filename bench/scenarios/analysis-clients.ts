import { sql } from 'kysely'
import pg from 'pg'
import { createRootsOf } from '../../src/access/roots-of.ts'
import { parseOutputs } from '../../src/analyses/parse-outputs.ts'
import { createRegister } from '../../src/analyses/register-analyses.ts'
import { lookAtOutputs } from '../../src/analyses/register-outputs.ts'
import { createLooker } from '../../src/files/look-at.ts'
import { pathDigest } from '../../src/files/path-digest.ts'
import { createUploads } from '../../src/files/uploads.ts'
import { silentLogger } from '../../src/lib/logger.ts'
import { probe } from '../../src/storage/probe.ts'
import { createStores } from '../../src/storage/stores.ts'
import { type BenchServer, bucket, withServer } from '../bench-server.ts'
import { sendAll } from '../http-client.ts'
import { interleave, type Row, type Variant } from '../measure.ts'
import { record } from '../replay.ts'

const clients = 16
const requests = 800
const sharedNames = Array.from({ length: 50 }, (_, i) => `shared/sample-${i}.bam`)

/** Sixteen clients at once, ten outputs each, half of them shared; and the floor of each part of the work. */
export async function analysisClientsScenario(): Promise<Row[]> {
  return await withServer(async (server) => {
    await server.seed(sharedNames)
    const names = (run: string) => Array.from({ length: 10 }, (_, i) => nameOf(run, i))
    let made = 0
    const freshRuns = async () => {
      const runs = Array.from({ length: requests }, () => `${++made}`)
      await server.seed(runs.flatMap(names).filter((name) => name.startsWith('run/')))
      return runs
    }
    const perSecond = (name: string, send: (run: string) => Promise<unknown>, against?: string): Variant => {
      let rate = 0
      let waiting: Promise<string[]> = freshRuns()
      return {
        name,
        ...(against === undefined ? {} : { against }),
        figures: () => ({ per_s: Math.round(rate) }),
        async prepare() {
          waiting = freshRuns()
          await waiting
        },
        async run() {
          rate = await sendAll(
            clients,
            (await waiting).map((run) => () => send(run)),
          )
        },
      }
    }
    const whole = 'POST /analysis'
    const stores = createStores({ log: silentLogger })
    const post = (path: string) => (run: string) => server.send('POST', path, bodyOf(names(run)))
    const statements = await replayVariant(server, names)
    return await interleave(
      [
        perSecond(whole, post('/api/v1/analysis/bench')),
        perSecond('an echo route of the same server', post('/bench/echo'), whole),
        perSecond('the bare probe', (run) => probe(stores, [bucket], names(run).map(addressOf)), whole),
        { ...statements, against: whole },
      ],
      { rounds: 7, warmups: 2 },
    )
  })
}

/** The statements of sixteen registrations that share a transaction, by two bare clients. */
async function replayVariant(server: BenchServer, names: (run: string) => string[]): Promise<Variant> {
  const { db, pool } = server.database
  const org = await db.selectFrom('org').select('id').executeTakeFirstOrThrow()
  const token = await db.selectFrom('token').select('id').executeTakeFirstOrThrow()
  for (const [index, table] of ['analysis', 'file', 'file_version', 'file_use'].entries()) {
    await sql
      .raw(`alter table ${table} alter column id restart with ${(index + 1) * 100_000_000}`)
      .execute(db)
  }
  const uploads = createUploads({ db, storeRoot: '/nowhere', find: async () => [] })
  const stores = createStores({ log: silentLogger })
  const lookAt = createLooker({ rootsOf: createRootsOf(db), stores, uploads })
  const register = createRegister(db)
  const registrationsOf = async (runs: string[]) => {
    await server.seed(runs.flatMap(names))
    return await Promise.all(
      runs.map(async (run) => {
        const { nodes, shape } = parseOutputs(outputsOf(names(run)), [bucket])
        const addresses = nodes.map((node) => node.address)
        return { nodes, shape, look: await lookAtOutputs(lookAt, org.id, addresses) }
      }),
    )
  }
  const caller = {
    orgId: org.id,
    orgSlug: 'bench',
    tokenId: token.id,
    memberName: null,
    role: 'owner',
    deployment: false,
  } as const
  const registerAll = async (runs: string[]) => {
    const registrations = await registrationsOf(runs)
    return () =>
      Promise.all(
        registrations.map(({ nodes, shape, look }) =>
          register({
            caller: { ...caller, address: null, requestId: null },
            project: 'bench',
            facts: {
              ...{ type: 'joint-calling', status: 'completed', sequencingGroupIds: [], outputs: shape },
              ...{ output: null, meta: {}, active: true, author: null, timestampCompleted: new Date() },
            },
            nodes,
            look,
            show: { missing: 'string' },
          }),
        ),
      )
  }
  const runsOf = (name: string) => Array.from({ length: clients }, (_, i) => `${name}-${i}-of-0`)
  // The shared files are known before the recording, as they are to all but the first request.
  await (await registerAll(runsOf('first')))()
  const runs = runsOf('recorded')
  const recording = await record(pool, await registerAll(runs))
  const pathOf = new Map(
    runs.flatMap(names).map((name) => [pathDigest(org.id, addressOf(name)).toString('hex'), addressOf(name)]),
  )
  let replays = 0
  let rate = 0
  return {
    name: 'the same statements by a bare client',
    figures: () => ({ per_s: Math.round(rate), statements_for_16: recording.statements }),
    async run() {
      const each = requests / clients / 2
      const start = performance.now()
      await Promise.all(
        [1, 2].map(async () => {
          const client = new pg.Client({ ...server.connection, options: '-c enable_seqscan=off' })
          client.on('error', () => {})
          await client.connect()
          for (let i = 0; i < each; i += 1) {
            const again = `-of-${++replays}`
            await recording.replay(client, (value) => {
              if (typeof value === 'string') return value.replaceAll('-of-0', again)
              const path = pathOf.get(value.toString('hex'))
              return path === undefined ? value : pathDigest(org.id, path.replaceAll('-of-0', again))
            })
          }
          await client.end()
        }),
      )
      rate = (requests * 1000) / (performance.now() - start)
    },
  }
}

function nameOf(run: string, i: number): string {
  if (i % 2 === 0) return `run/${run}/file-${i}.vcf.gz`
  return sharedNames[(Number.parseInt(run.replace(/\D/g, ''), 10) * 7 + i) % sharedNames.length] ?? ''
}

function addressOf(name: string): string {
  return `${bucket}/${name}`
}

function outputsOf(names: string[]) {
  return Object.fromEntries(names.map((name, i) => [`output-${i}`, { basename: addressOf(name) }]))
}

function bodyOf(names: string[]): object {
  return { type: 'joint-calling', status: 'completed', outputs: outputsOf(names) }
}
