import type { FileType } from '../file-types.ts'
import { binaryCheck } from './binary-check.ts'
import type { ContentCheck } from './check.ts'
import { csvCheck } from './csv-check.ts'
import { emptyCheck } from './empty-check.ts'
import { epwCheck } from './epw-check.ts'
import { jsonCheck } from './json-check.ts'
import { nulCheck } from './nul-check.ts'
import { skipByteOrderMark } from './skip-byte-order-mark.ts'
import { utf8Check } from './utf8-check.ts'
import { xmlCheck } from './xml-check.ts'

export interface ContentRules {
  /** A role that works with documents types (DTD) asks for it. Default false. */
  allowDoctype?: boolean
}

/** The checks of a type in their order. An error of one that settles the matter makes those after it moot. */
export function contentChecksOf(
  type: FileType,
  rules: ContentRules,
): readonly { check: ContentCheck; settles: boolean }[] {
  const forEvery = [{ check: emptyCheck(), settles: true }]
  if (!type.isText) return forEvery
  return [
    ...forEvery,
    { check: binaryCheck(type.extension), settles: true },
    { check: nulCheck(), settles: false },
    ...formatChecks(type, rules).map((check) => ({ check, settles: false })),
  ]
}

function formatChecks({ format }: FileType, { allowDoctype = false }: ContentRules): ContentCheck[] {
  switch (format) {
    case 'epw':
      return [utf8Check('latin1'), skipByteOrderMark(epwCheck(), true)]
    case 'csv':
      return [utf8Check('not_utf8'), skipByteOrderMark(csvCheck(), false)]
    case 'json':
      return [utf8Check('not_utf8'), skipByteOrderMark(jsonCheck(), false)]
    case 'xml':
      return [utf8Check('not_utf8'), skipByteOrderMark(xmlCheck({ allowDoctype }), false)]
    case 'dtd':
      return [utf8Check('not_utf8')]
    case null:
      return []
  }
}
