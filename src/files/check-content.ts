import { pipeline, type Readable, Transform } from 'node:stream'
import type { Finding } from './checks/catalogue.ts'
import { type ContentRules, contentChecksOf } from './checks/content-checks.ts'
import type { FileType } from './file-types.ts'

/** Looks at content as it passes. `push` takes every piece in order; `end`, once, answers all that was found. */
export interface ContentInspection {
  push(chunk: Buffer): void
  end(): readonly Finding[]
}

/** All checks of a type over one pass; nothing of the content is kept. */
export function inspectContent(type: FileType, rules: ContentRules = {}): ContentInspection {
  const checks = contentChecksOf(type, rules)
  return {
    push(chunk) {
      for (const { check } of checks) check.push(chunk)
    },
    end() {
      const found: Finding[] = []
      for (const { check, settles } of checks) {
        const own = check.end()
        found.push(...own)
        if (settles && own.some(({ severity }) => severity === 'error')) break
      }
      return found
    },
  }
}

/** Passes on what `source` brings, unchanged, and lets `inspection` see it. Its fault is that of `source`. */
export function inspected(source: Readable, inspection: ContentInspection): Readable {
  const watched = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      inspection.push(chunk)
      done(null, chunk)
    },
  })
  return pipeline(source, watched, () => {})
}
