import {
  type DocumentNode,
  type FragmentDefinitionNode,
  Kind,
  Lexer,
  type SelectionNode,
  Source,
  TokenKind,
} from 'graphql'
import { AppError } from '../../errors.ts'

const maxLength = 256 * 1024
const maxTokens = 20_000
/** Of brackets of any kind; also that of a JSON value written in the document. */
const maxNesting = 250
const maxFragments = 100
const maxDepth = 20
const maxTopFields = 50
/** However it is named: ten aliases in each of ten aliases ask for a field a hundred times. */
const maxSamePlace = 50
/** The schema told about itself: its answer is long, and nobody needs it many times. */
const maxSamePlaceOfSchema = 4
const maxFields = 5_000

/** What the parser would take without end, or run out of stack over. Throws also where the text is no GraphQL. */
export function assertReadable(text: string): void {
  if (text.length > maxLength) throw tooLarge('has more characters', maxLength)
  const lexer = new Lexer(new Source(text))
  let nesting = 0
  for (let tokens = 1; lexer.advance().kind !== TokenKind.EOF; tokens++) {
    if (tokens > maxTokens) throw tooLarge('has more tokens', maxTokens)
    if (openers.has(lexer.token.kind)) nesting += 1
    if (closers.has(lexer.token.kind)) nesting -= 1
    if (nesting > maxNesting) throw tooLarge('nests its brackets deeper', maxNesting)
  }
}

const openers = new Set<string>([TokenKind.BRACE_L, TokenKind.BRACKET_L, TokenKind.PAREN_L])
const closers = new Set<string>([TokenKind.BRACE_R, TokenKind.BRACKET_R, TokenKind.PAREN_R])

/**
 * What would make validating or answering long out of all proportion to the document: counted with every fragment
 * in all its places. Fragments that hold themselves are left to the validation. Gives the number of fields.
 */
export function assertModest(document: DocumentNode): number {
  const fragments = new Map<string, FragmentDefinitionNode>()
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition)
  }
  if (fragments.size > maxFragments) throw tooLarge('has more fragments', maxFragments)

  const askedAt = new Map<string, number>()
  let visited = 0
  const look = (selections: readonly SelectionNode[], place: readonly string[], open: readonly string[]) => {
    for (const selection of selections) {
      visited += 1
      if (visited > maxFields) throw tooLarge('asks for more fields', maxFields)
      if (selection.kind === Kind.INLINE_FRAGMENT) {
        look(selection.selectionSet.selections, place, open)
      } else if (selection.kind === Kind.FRAGMENT_SPREAD) {
        const name = selection.name.value
        const fragment = fragments.get(name)
        if (fragment === undefined || open.includes(name)) continue
        look(fragment.selectionSet.selections, place, [...open, name])
      } else {
        const at = [...place, selection.name.value]
        countPlace(at)
        if (selection.selectionSet !== undefined) look(selection.selectionSet.selections, at, open)
      }
    }
  }
  const countPlace = (place: readonly string[]) => {
    const [root = '', first = ''] = place
    if (place.length - 1 > maxDepth) throw tooLarge('nests its fields deeper', maxDepth)
    const key = place.join('.')
    const asked = (askedAt.get(key) ?? 0) + 1
    askedAt.set(key, asked)
    const most = first.startsWith('__') ? maxSamePlaceOfSchema : maxSamePlace
    if (asked > most) throw tooLarge(`asks for ${place.slice(1).join('.')} more often`, most)
    if (place.length > 2) return
    const atTop = (askedAt.get(root) ?? 0) + 1
    askedAt.set(root, atTop)
    if (atTop > maxTopFields) throw tooLarge('has more fields at the top', maxTopFields)
  }
  document.definitions.forEach((definition, index) => {
    if (!('selectionSet' in definition) || definition.selectionSet === undefined) return
    look(definition.selectionSet.selections, [`${index}`], [])
  })
  return visited
}

function tooLarge(what: string, limit: number): AppError {
  return new AppError('too_large', `The document ${what} than the limit of ${count(limit)} allows`)
}

function count(number: number): string {
  return number.toLocaleString('en')
}
