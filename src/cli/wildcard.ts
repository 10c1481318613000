type Token = ((character: string) => boolean) | 'any'

/**
 * Whether a name has the shape of a pattern with `*`, `?` and `[a-z]`, as a shell has it: a leading dot is to be named.
 * Takes at most the product of their lengths, whatever the pattern.
 */
export function matchesWildcard(pattern: string, name: string): boolean {
  if (name.startsWith('.') && !pattern.startsWith('.')) return false
  const tokens = tokensOf([...pattern])
  const characters = [...name]
  let token = 0
  let at = 0
  let star: { token: number; at: number } | undefined
  while (at < characters.length) {
    const current = tokens[token]
    if (current === 'any') {
      star = { token, at }
      token += 1
    } else if (current?.(characters[at] ?? '')) {
      token += 1
      at += 1
    } else if (star !== undefined) {
      // The last star takes one character more.
      star.at += 1
      token = star.token + 1
      at = star.at
    } else return false
  }
  return tokens.slice(token).every((rest) => rest === 'any')
}

export function hasWildcard(text: string): boolean {
  return /[*?[]/.test(text)
}

function tokensOf(pattern: readonly string[]): Token[] {
  const tokens: Token[] = []
  for (let at = 0; at < pattern.length; at += 1) {
    const character = pattern[at]
    const end = character === '[' ? pattern.indexOf(']', at + 2) : -1
    if (character === '*') tokens.push('any')
    else if (character === '?') tokens.push(() => true)
    else if (end > 0) {
      tokens.push(setOf(pattern.slice(at + 1, end)))
      at = end
    } else tokens.push((other) => other === character)
  }
  return tokens
}

/** `abc`, `a-z`, and `!…` or `^…` for any other. */
function setOf(members: readonly string[]): Token {
  const negated = members[0] === '!' || members[0] === '^'
  const listed = negated ? members.slice(1) : members
  const isMember = (character: string) =>
    listed.some((member, index) => {
      const last = listed[index + 2]
      if (listed[index + 1] === '-' && last !== undefined) return member <= character && character <= last
      return member === character
    })
  return (character) => isMember(character) !== negated
}
