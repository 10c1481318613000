import { randomUUID } from 'node:crypto'
import { readForUpload } from '../read-for-upload.ts'
import type { UploadBody } from '../send-upload.ts'

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
    method: 'POST',
    contentType: `multipart/form-data; boundary=${boundary}`,
    length: sizes.reduce((sum, size) => sum + size, end.length),
    async *read() {
      for (const [index, part] of parts.entries()) {
        yield heads[index] ?? end
        if ('text' in part) yield Buffer.from(part.text)
        else yield* readForUpload(part, onBytes)
        yield Buffer.from('\r\n')
      }
      yield end
    },
  }
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
