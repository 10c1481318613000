import { closeSync, fchownSync, openSync } from 'node:fs'
import { open, rename, stat } from 'node:fs/promises'
import { dirname } from 'node:path'

const rotateAtBytes = 10 * 1024 * 1024
const tailBytes = 8192

/** Where PostgreSQL writes; the previous file is kept as `.1` when it has grown large. */
export interface PostgresLog {
  path: string
  fd: number
  /** What was written since the last call, shortened to the lines that say why something failed. */
  findReason(): Promise<string>
  close(): void
}

export async function openPostgresLog(path: string): Promise<PostgresLog> {
  const size = await sizeOf(path)
  if (size > rotateAtBytes) await rename(path, `${path}.1`)
  const fd = openSync(path, 'a', 0o600)
  if (process.getuid?.() === 0) {
    // Root may start it once for the directory's owner, who must be able to write on.
    const { uid, gid } = await stat(dirname(path))
    fchownSync(fd, uid, gid)
  }
  let start = await sizeOf(path)
  return {
    path,
    fd,
    async findReason() {
      const end = await sizeOf(path)
      const text = await readRange(path, Math.max(start, end - tailBytes), end)
      start = end
      return reasonIn(text)
    },
    close: () => closeSync(fd),
  }
}

async function sizeOf(path: string): Promise<number> {
  return (await stat(path).catch(() => undefined))?.size ?? 0
}

async function readRange(path: string, start: number, end: number): Promise<string> {
  const file = await open(path, 'r')
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(end - start), 0, end - start, start)
    return buffer.toString('utf8', 0, bytesRead)
  } finally {
    await file.close()
  }
}

function reasonIn(text: string): string {
  const lines = text
    .split('\n')
    .map((line) => line.replace(/^\S+ \S+ \S+ \[\d+\] /, '').trim())
    .filter((line) => line !== '')
  const telling = lines.filter((line) =>
    /FATAL|PANIC|ERROR|HINT|error:|detail:|hint:|No space left/.test(line),
  )
  return (telling.length > 0 ? telling.slice(-4) : lines.slice(-1)).join(' ') || 'it gave no reason'
}
