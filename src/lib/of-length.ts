import { pipeline, type Readable, Transform } from 'node:stream'

/** Passes on what `source` brings, and fails where that is not `sizeBytes` bytes. */
export function ofLength(sizeBytes: number, source: Readable): Readable {
  let received = 0
  const wrong = () => new Error(`${received} bytes came where ${sizeBytes} were announced`)
  const counted = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      received += chunk.length
      if (received > sizeBytes) done(wrong())
      else done(null, chunk)
    },
    flush(done) {
      done(received === sizeBytes ? null : wrong())
    },
  })
  return pipeline(source, counted, () => {})
}
