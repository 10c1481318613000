import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'

/**
 * The least that takes an upload: every body goes to a new file in the folder that is named as the only argument, with
 * its SHA-256; `/synced` waits for the disk.
 */
const folder = process.argv[2] ?? ''
let made = 0
const server = createServer(async (request, response) => {
  const hash = createHash('sha256')
  const file = await open(join(folder, `${++made}`), 'wx')
  for await (const chunk of request) {
    hash.update(chunk)
    await file.write(chunk)
  }
  if (request.url === '/synced') await file.sync()
  await file.close()
  response.end(JSON.stringify({ sha256: hash.digest('hex') }))
})
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The server has no port')
  process.stdout.write(`ready http://127.0.0.1:${address.port}\n`)
})
