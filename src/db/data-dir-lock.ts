import { randomBytes } from 'node:crypto'
import { closeSync, openSync } from 'node:fs'
import { link, mkdir, readdir, rm } from 'node:fs/promises'
import { connect, createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { AppError } from '../errors.ts'
import { messageOf, systemCodeOf } from '../lib/system-error.ts'

export interface DataDirLock {
  release(): Promise<void>
}

const answerTimeoutMs = 2000

/**
 * A process that was killed while it started another leaves its sockets, for a moment, with the copy of itself that was
 * about to become the other. Only who stays silent longer than that holds the directory.
 */
const silencesOfAHolder = 2

/**
 * One process at a time holds a data directory; the lock dies with it, whatever kills it.
 *
 * The holder listens on a unix socket: a connection is refused once the process is gone, so no pid has to be
 * judged, and it works between containers that share the directory. Sockets are numbered. Whoever finds the
 * highest number dead links a socket that already listens to the next one, which the file system grants to
 * exactly one. The highest number is never removed, so a slow starter cannot claim one that was used before.
 */
export async function lockDataDir(dataDir: string): Promise<DataDirLock> {
  try {
    return await lockFolder(dataDir, join(dataDir, 'lock'))
  } catch (error) {
    if (error instanceof AppError) throw error
    throw new AppError(
      'database_start_failed',
      `The data directory ${dataDir} cannot be locked: ${messageOf(error)}. It must lie on a file system with unix sockets, and this user must be able to write there`,
      { cause: error },
    )
  }
}

async function lockFolder(dataDir: string, directory: string): Promise<DataDirLock> {
  // Not recursive: that reports a read-only file system as ENOENT.
  await mkdir(directory, { mode: 0o700 }).catch((error: unknown) => {
    if (systemCodeOf(error) !== 'EEXIST') throw error
  })
  const folder = openSocketFolder(directory)
  const ownName = `.${process.pid}-${randomBytes(6).toString('hex')}`
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy())
    socket.end(String(process.pid))
  })
  const release = async () => {
    if (server.listening) await new Promise<void>((resolve) => server.close(() => resolve()))
    folder.close()
  }
  try {
    await listen(server, folder.addressOf(ownName))
    server.unref()
    await takeNextNumber(dataDir, directory, folder, ownName)
    return { release }
  } catch (error) {
    await release()
    throw error
  } finally {
    await rm(join(directory, ownName), { force: true })
  }
}

async function takeNextNumber(
  dataDir: string,
  directory: string,
  folder: SocketFolder,
  ownName: string,
): Promise<void> {
  let silent = 0
  for (;;) {
    const names = await readdir(directory)
    const highest = Math.max(0, ...names.filter((name) => /^\d+$/.test(name)).map(Number))
    if (highest > 0) {
      const holder = await askHolder(folder.addressOf(String(highest)))
      if (holder === 'removed') continue
      if (holder !== 'dead') {
        silent += 1
        if (holder.pid === '' && silent < silencesOfAHolder) continue
        throw inUse(dataDir, holder.pid)
      }
    }
    try {
      await link(join(directory, ownName), join(directory, String(highest + 1)))
    } catch (error) {
      // Another starter took the number first; the next round asks it.
      if (systemCodeOf(error) === 'EEXIST') continue
      throw error
    }
    const dead = names.filter((name) => name !== ownName && !name.startsWith('.'))
    await Promise.all(dead.map((name) => rm(join(directory, name), { force: true })))
    return
  }
}

function inUse(dataDir: string, pid: string): AppError {
  const holder = pid === '' ? 'another Waybill server' : `another Waybill server (process ${pid})`
  return new AppError(
    'data_dir_in_use',
    `The data directory ${dataDir} is in use by ${holder}; stop that one, or give this one another --data-dir`,
  )
}

function listen(server: Server, address: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    // The folder admits only its owner and root; what root once left here, the owner must be able to ask.
    server.listen({ path: address, readableAll: true, writableAll: true }, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

/** A holder that is stopped or busy still accepts; it only does not say its pid. */
function askHolder(address: string): Promise<'dead' | 'removed' | { pid: string }> {
  return new Promise((resolve, reject) => {
    let answer = ''
    const socket = connect(address)
    socket.setTimeout(answerTimeoutMs, () => socket.destroy())
    socket.setEncoding('utf8')
    socket.on('data', (chunk: string) => {
      answer += chunk
    })
    socket.on('error', (error) => {
      const code = systemCodeOf(error)
      if (code === 'ECONNREFUSED') resolve('dead')
      else if (code === 'ENOENT') resolve('removed')
      else if (code === 'EAGAIN' || code === 'ECONNRESET' || code === 'EPIPE') resolve({ pid: '' })
      else reject(error)
    })
    socket.on('close', () => resolve({ pid: answer }))
  })
}

interface SocketFolder {
  addressOf(name: string): string
  close(): void
}

/**
 * A socket's address may have 107 bytes at most; on Linux a descriptor of its folder makes any path short.
 */
export function openSocketFolder(directory: string): SocketFolder {
  if (process.platform !== 'linux') {
    return { addressOf: (name) => join(directory, name), close: () => undefined }
  }
  const descriptor = openSync(directory, 'r')
  return {
    addressOf: (name) => `/proc/self/fd/${descriptor}/${name}`,
    close: () => closeSync(descriptor),
  }
}
