import { randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { AppError } from '../../errors.ts'
import type { UploadBody } from '../send-upload.ts'
import { systemFault } from '../system-fault.ts'

/** A part of a form: a text, or a file of which the size is known. */
export type FormPart =
  | { name: string; text: string }
  | { name: string; path: string; fileName: string; sizeBytes: number }

/** `multipart/form-data` of files that are read while they are sent. */
export function submissionForm(parts: readonly FormPart[], onBytes: (count: number) => void): UploadBody {
  const boundary = `waybill-${randomUUID()}`
  const heads = parts.map((part) => Buffer.from(`--${boundary}\r\n${headOf(part)}\r\n\r\n`))
  const end = Buffer.from(`--${boundary}--\r\n`)
  const sizes = parts.map((part, index) => (heads[index]?.length ?? 0) + sizeOf(part) + 2)
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    length: sizes.reduce((sum, size) => sum + size, end.length),
    async *read() {
      for (const [index, part] of parts.entries()) {
        yield heads[index] ?? end
        if ('text' in part) yield Buffer.from(part.text)
        else yield* contentOf(part, onBytes)
        yield Buffer.from('\r\n')
      }
      yield end
    },
  }
}

/** The length of the form is announced, so a file is sent up to the size that it had then. */
async function* contentOf(
  { path, sizeBytes }: { path: string; sizeBytes: number },
  onBytes: (count: number) => void,
): AsyncGenerator<Buffer> {
  if (sizeBytes === 0) return
  const content = createReadStream(path, { end: sizeBytes - 1 })
  let sent = 0
  try {
    for await (const chunk of content) {
      yield chunk
      sent += chunk.length
      onBytes(chunk.length)
    }
  } catch (error) {
    throw new AppError('usage', `"${path}" cannot be read: ${systemFault(error)}`, { cause: error })
  }
  if (sent < sizeBytes) throw new AppError('usage', `"${path}" became shorter while it was sent`)
}

function sizeOf(part: FormPart): number {
  return 'text' in part ? Buffer.byteLength(part.text) : part.sizeBytes
}

function headOf(part: FormPart): string {
  const disposition = `Content-Disposition: form-data; name="${quoted(part.name)}"`
  if ('text' in part) return disposition
  return `${disposition}; filename="${quoted(part.fileName)}"\r\nContent-Type: application/octet-stream`
}

/** As browsers write it. */
function quoted(text: string): string {
  return text.replaceAll('"', '%22').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}
