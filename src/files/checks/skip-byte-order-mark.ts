import { finding } from './catalogue.ts'
import type { ContentCheck } from './check.ts'

const mark = Buffer.from([0xef, 0xbb, 0xbf])

/** Gives `check` the content without the byte order mark of UTF-8, and tells of the mark where that is worth a word. */
export function skipByteOrderMark(check: ContentCheck, tell: boolean): ContentCheck {
  let matched = 0
  let isOver = false
  return {
    push(chunk) {
      if (isOver) {
        check.push(chunk)
        return
      }
      let i = 0
      while (matched < 3 && i < chunk.length && chunk[i] === mark[matched]) {
        matched += 1
        i += 1
      }
      if (matched < 3 && i === chunk.length) return
      isOver = true
      if (matched < 3) {
        check.push(mark.subarray(0, matched))
        matched = 0
      }
      check.push(chunk.subarray(i))
    },
    end() {
      if (!isOver && matched < 3) check.push(mark.subarray(0, matched))
      const told = tell && matched === 3 ? [finding('byte_order_mark', { offset: 0 })] : []
      return [...told, ...check.end()]
    },
  }
}
