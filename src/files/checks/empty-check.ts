import { finding } from './catalogue.ts'
import type { ContentCheck } from './check.ts'

export function emptyCheck(): ContentCheck {
  let isEmpty = true
  return {
    push(chunk) {
      if (chunk.length > 0) isEmpty = false
    },
    end: () => (isEmpty ? [finding('empty')] : []),
  }
}
