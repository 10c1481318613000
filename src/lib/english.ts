/** Written with capitals, a word is read letter by letter: an EPW file, a UVW file. */
const soundsOpen = {
  letters: /^[AEFHILMNORSX]/,
  words: /^(?:[aeiou8]|1[18]$|hour|honest|heir|honou?r)/i,
  notWords: /^(?:uni(?!n)|us[aeu]|ut[ei]|eu|one\b|once\b|ur[aei])/i,
}

/** `weather file` is `a weather file`, `input file` is `an input file`. */
export function withArticle(words: string): string {
  const first = /^[A-Za-z0-9]*/.exec(words)?.[0] ?? ''
  const isSpelt = /^[A-Z][A-Z0-9]*$/.test(first)
  const isOpen = isSpelt
    ? soundsOpen.letters.test(first)
    : soundsOpen.words.test(first) && !soundsOpen.notWords.test(first)
  return `${isOpen ? 'an' : 'a'} ${words}`
}

/** `XSD, RNG or DTD` */
export function orList(words: readonly string[]): string {
  return listed(words, 'or')
}

/** `XSD, RNG and DTD` */
export function andList(words: readonly string[]): string {
  return listed(words, 'and')
}

function listed(words: readonly string[], conjunction: string): string {
  const last = words.at(-1) ?? ''
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} ${conjunction} ${last}`
}

/** `1 warning`, `2 warnings` */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
