import { finding } from './catalogue.ts'
import type { ContentCheck } from './check.ts'

export function nulCheck(): ContentCheck {
  let before = 0
  let offset = -1
  return {
    push(chunk) {
      if (offset >= 0) return
      const index = chunk.indexOf(0)
      if (index >= 0) offset = before + index
      before += chunk.length
    },
    end: () => (offset >= 0 ? [finding('nul_byte', { offset })] : []),
  }
}
