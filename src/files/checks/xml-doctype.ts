/** Reads over a document type declaration byte by byte: nothing of it is kept, expanded or fetched. */
export interface DoctypeReader {
  /** `more` until its last `>`, with which it is at its `end`. */
  push(byte: number): 'more' | 'end' | 'fault'
}

const [outside, quoted, subset, opened, declaration, declarationQuoted, comment, instruction] = [
  0, 1, 2, 3, 4, 5, 6, 7,
]

export function createDoctypeReader(): DoctypeReader {
  let state = outside
  let endQuote = 0
  let hasSubset = false
  /** The last two bytes, for the ends of comments and instructions. */
  let last = 0
  let beforeLast = 0

  function step(byte: number): 'more' | 'end' | 'fault' {
    switch (state) {
      case outside:
        if (byte === 0x3e) return 'end'
        if (byte === 0x22 || byte === 0x27) {
          endQuote = byte
          state = quoted
        } else if (byte === 0x5b) {
          if (hasSubset) return 'fault'
          hasSubset = true
          state = subset
        } else if (byte === 0x3c) return 'fault'
        return 'more'
      case quoted:
        if (byte === endQuote) state = outside
        return 'more'
      case subset:
        if (byte === 0x5d) state = outside
        else if (byte === 0x3c) state = opened
        else if (byte === 0x3e || byte === 0x22 || byte === 0x27) return 'fault'
        return 'more'
      case opened:
        if (byte !== 0x21 && byte !== 0x3f) return 'fault'
        state = byte === 0x3f ? instruction : declaration
        return 'more'
      case declaration:
        if (byte === 0x3e) state = subset
        else if (byte === 0x3c) return 'fault'
        else if (byte === 0x2d && last === 0x2d && beforeLast === 0x21) {
          state = comment
          // So that `<!-->` is not taken for a whole comment.
          last = beforeLast = 0
          return 'more'
        } else if (byte === 0x22 || byte === 0x27) {
          endQuote = byte
          state = declarationQuoted
        }
        return 'more'
      case declarationQuoted:
        if (byte === endQuote) state = declaration
        return 'more'
      case comment:
        if (last === 0x2d && beforeLast === 0x2d) {
          if (byte !== 0x3e) return 'fault'
          state = subset
        }
        return 'more'
      default:
        if (byte === 0x3e && last === 0x3f) state = subset
        return 'more'
    }
  }

  return {
    push(byte) {
      const wasComment = state === comment
      const answer = step(byte)
      if (wasComment || state !== comment) {
        beforeLast = last
        last = byte
      }
      return answer
    },
  }
}
