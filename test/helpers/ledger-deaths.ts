import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'vitest'
import { postmasterPid, type ServerProcess, startServerProcess } from './server-process.ts'

const writers = 16
const pathsPerWrite = 5

/**
 * Sixteen clients record files without pause while the server or its PostgreSQL is killed at a random moment.
 * Whatever was acknowledged must be there afterwards, and the next start must serve.
 */
export async function recordThroughDeaths(
  dataDir: string,
  rounds: number,
): Promise<{ acknowledged: number }> {
  const acknowledged = new Set<string>()
  for (let round = 0; round < rounds; round += 1) {
    const victim = round % 2 === 0 ? 'server' : 'postgres'
    const server = await startServerProcess(dataDir)
    const stopped = { now: false }
    const work = Array.from({ length: writers }, (_, writer) =>
      writeUntil(server, `/deaths/${round}/${writer}`, stopped, acknowledged),
    )
    await sleep(200 + Math.random() * 1200)
    if (victim === 'server') server.process.kill('SIGKILL')
    else process.kill(await postmasterPid(dataDir), 'SIGKILL')
    await sleep(victim === 'server' ? 0 : 1500)
    stopped.now = true
    await Promise.all(work)
    if (victim === 'server') expect(await server.exited).toBe('SIGKILL')
    else expect(await server.stop()).toBe(0)
  }
  const server = await startServerProcess(dataDir)
  const present = await recordedPaths(server)
  expect(await server.stop()).toBe(0)
  const lost = [...acknowledged].filter((path) => !present.has(path))
  expect(lost).toEqual([])
  return { acknowledged: acknowledged.size }
}

async function writeUntil(
  server: ServerProcess,
  folder: string,
  stopped: { now: boolean },
  acknowledged: Set<string>,
): Promise<void> {
  for (let write = 0; !stopped.now; write += 1) {
    const paths = Array.from({ length: pathsPerWrite }, (_, i) => `${folder}/${write}-${i}.vcf.gz`)
    const answer = await server
      .request('POST', '/api/v1/files/verify', { paths: [...paths, '/deaths/shared-1', '/deaths/shared-2'] })
      .catch(() => undefined)
    if (answer?.status === 200) for (const path of paths) acknowledged.add(path)
    else await sleep(20)
    if (answer !== undefined) expect([200, 503]).toContain(answer.status)
  }
}

async function recordedPaths(server: ServerProcess): Promise<Set<string>> {
  const paths = new Set<string>()
  let cursor: string | null = ''
  while (cursor !== null) {
    const next: string = cursor === '' ? '' : `&cursor=${cursor}`
    const { body } = await server.request('GET', `/api/v1/files?limit=1000&path_prefix=/deaths/${next}`)
    const page = body as { items: { path: string }[]; next_cursor: string | null }
    for (const item of page.items) paths.add(item.path)
    cursor = page.next_cursor
  }
  return paths
}
