import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Where the server of a data directory answers: `server.json`, there while it runs. */
export interface ServerFile {
  url: string
  pid: number
}

export async function writeServerFile(dataDir: string, url: string): Promise<void> {
  const content: ServerFile = { url: reachable(url), pid: process.pid }
  const temporary = `${pathIn(dataDir)}.${process.pid}`
  await writeFile(temporary, `${JSON.stringify(content)}\n`, { mode: 0o600 })
  await rename(temporary, pathIn(dataDir))
}

/** Leaves the file of a server that has taken over since. */
export async function removeServerFile(dataDir: string): Promise<void> {
  const found = await findServerFile(dataDir)
  if (found?.pid === process.pid) await rm(pathIn(dataDir), { force: true })
}

export async function findServerFile(dataDir: string): Promise<ServerFile | undefined> {
  try {
    const content: unknown = JSON.parse(await readFile(pathIn(dataDir), 'utf8'))
    return isServerFile(content) ? { url: content.url, pid: content.pid } : undefined
  } catch {
    return undefined
  }
}

function pathIn(dataDir: string): string {
  return join(dataDir, 'server.json')
}

function isServerFile(content: unknown): content is ServerFile {
  return (
    typeof content === 'object' &&
    content !== null &&
    'url' in content &&
    typeof content.url === 'string' &&
    'pid' in content &&
    typeof content.pid === 'number'
  )
}

/** A server on every address of the machine is asked on its own. */
function reachable(url: string): string {
  return url.replace('//0.0.0.0:', '//127.0.0.1:').replace('//[::]:', '//[::1]:')
}
