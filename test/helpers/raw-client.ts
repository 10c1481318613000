import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** What a client that writes bytes by hand got to read before its connection ended. */
export interface RawAnswer {
  status: number
  text: string
  /** Whether the connection was reset before it was closed in order. */
  reset: boolean
  tookMs: number
}

/**
 * Sends a request over a socket of its own, all of it, as a client does that looks for an answer only when it
 * is done. `send` may stop early when the server closes.
 */
export async function sendRaw(url: string, send: (socket: RawSocket) => Promise<void>): Promise<RawAnswer> {
  const { hostname, port } = new URL(url)
  const startedAt = Date.now()
  const socket = connect({ host: hostname, port: Number(port) })
  const chunks: Buffer[] = []
  let reset = false
  const closed = new Promise<void>((resolve) => {
    socket.on('close', () => resolve())
    socket.on('error', () => {
      reset = true
    })
  })
  socket.on('data', (chunk) => chunks.push(chunk))
  await Promise.race([send(new RawSocket(socket)), closed])
  await closed
  const text = Buffer.concat(chunks).toString('utf8')
  return {
    status: Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1] ?? 0),
    text,
    reset,
    tookMs: Date.now() - startedAt,
  }
}

export class RawSocket {
  readonly #socket: Socket
  constructor(socket: Socket) {
    this.#socket = socket
  }

  /** Resolves when the bytes are handed over, as a blocking write would. */
  write(bytes: string | Buffer): Promise<void> {
    return new Promise((resolve) => {
      if (this.#socket.destroyed) resolve()
      else this.#socket.write(bytes, () => resolve())
    })
  }

  get closed(): boolean {
    return this.#socket.destroyed
  }

  /** Resolves when the server has answered something. */
  firstByte(): Promise<void> {
    return new Promise((resolve) => {
      this.#socket.once('data', () => resolve())
    })
  }

  /** Reads nothing until `resume`, so that the server has to wait. */
  pause(): void {
    this.#socket.pause()
  }

  resume(): void {
    this.#socket.resume()
  }

  destroy(): void {
    this.#socket.destroy()
  }

  /** Sends one byte every `everyMs` until the server closes. */
  async drip(everyMs: number): Promise<void> {
    while (!this.closed) {
      await this.write('x')
      await sleep(everyMs)
    }
  }
}
