import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { leastTimes } from '../../../test/helpers/least-times.ts'
import { xmlCheck } from './xml-check.ts'

function codesOf(text: string, allowDoctype = false) {
  const check = xmlCheck({ allowDoctype })
  const content = Buffer.from(text)
  for (let i = 0; i < content.length; i += 65_536) check.push(content.subarray(i, i + 65_536))
  return check.end().map(({ code }) => code)
}

const name = fc.stringMatching(/^[A-Za-z_:é][A-Za-z0-9_:.é-]{0,12}$/)
const text = fc.string({ unit: 'grapheme' }).map((raw) => raw.replace(/[\p{Cc}\p{Cs}]/gu, ' '))
const escaped = text.map((raw) => raw.replace(/[<&>"']/g, (character) => `&#${character.charCodeAt(0)};`))
const attributes = fc
  .uniqueArray(fc.tuple(name, escaped, fc.constantFrom('"', "'"), fc.constantFrom('=', ' =\n')), {
    selector: ([key]) => key,
    maxLength: 12,
  })
  .map((list) =>
    list.map(([key, value, quote, equals]) => ` ${key}${equals}${quote}${value}${quote}`).join(''),
  )

const { element } = fc.letrec<{ element: string; node: string }>((tie) => ({
  element: fc.oneof(
    { maxDepth: 5 },
    fc.tuple(name, attributes).map(([tag, list]) => `<${tag}${list}/>`),
    fc
      .tuple(name, attributes, fc.array(tie('node'), { maxLength: 4 }))
      .map(([tag, list, nodes]) => `<${tag}${list} >${nodes.join('')}</${tag}\n>`),
  ),
  node: fc.oneof(
    escaped,
    tie('element'),
    text.map((raw) => `<![CDATA[${raw.replaceAll(']]>', '')}]]>`),
    text.map((raw) => `<!--${raw.replace(/-/g, '')}-->`),
    fc.tuple(name, text).map(([target, raw]) => `<?p${target} ${raw.replaceAll('?>', '')}?>`),
  ),
}))

const doctypes = [
  '<!DOCTYPE a>',
  '<!DOCTYPE a SYSTEM "a>b.dtd">',
  '<!DOCTYPE a PUBLIC "-//x//y" \'a.dtd\' [ ]>',
  '<!DOCTYPE a [<!ENTITY e "x>]">\n<!-- "\' ]> --><?p ]> ?><!ELEMENT a (#PCDATA)>%pe;]>',
  '<!DOCTYPE a [<!ENTITY % x SYSTEM "http://example.com/x"> %x;]>',
]

describe('the reader of XML', () => {
  it('takes generated documents', () => {
    fc.assert(
      fc.property(element, (document) => {
        expect(codesOf(document)).toEqual([])
      }),
      { numRuns: 1000 },
    )
  })

  it('refuses a document that ends early', () => {
    fc.assert(
      fc.property(element, fc.nat(), (document, at) => {
        const bytes = Buffer.from(document)
        const check = xmlCheck({ allowDoctype: false })
        check.push(bytes.subarray(0, at % bytes.length))
        expect(check.end()).toHaveLength(1)
      }),
      { numRuns: 1000 },
    )
  })

  it.each(doctypes)('reads over %s where it is allowed, and only there', (doctype) => {
    expect(codesOf(`${doctype}\n<a/>`, true)).toEqual([])
    expect(codesOf(`${doctype}\n<a/>`)).toEqual(['xml_doctype'])
  })

  it.each([
    ['a second one', '<!DOCTYPE a><!DOCTYPE a><a/>'],
    ['one after the root', '<a/><!DOCTYPE a>'],
    ['one within the root', '<a><!DOCTYPE a></a>'],
    ['one with two subsets', '<!DOCTYPE a []  []><a/>'],
    ['one that is never closed', '<!DOCTYPE a [<!ENTITY e "x>]><a/>'],
  ])('refuses %s', (_, document) => {
    expect(codesOf(document, true)).not.toEqual([])
  })

  it.each(['&#0;', '&#x1F;', '&#xFFFE;', '&#xD800;', '&#1114112;', `&#${'9'.repeat(90)};`])(
    'says of %s that XML cannot hold the character',
    (reference) => {
      expect(codesOf(`<a b="${reference}"/>`)).toEqual(['xml_character'])
      expect(codesOf(`<a>${reference}</a>`)).toEqual(['xml_character'])
    },
  )

  it.each(['&#;', '&#x;', '&#1a;', '&#xg;'])('takes %s for no character', (reference) => {
    expect(codesOf(`<a>${reference}</a>`)).toEqual(['xml_entity'])
  })

  it('expands no entity, whatever a document declares', () => {
    const lol = Array.from({ length: 30 }, (_, i) => `<!ENTITY l${i + 1} "${`&l${i};`.repeat(10)}">`).join('')
    const bomb = `<!DOCTYPE a [<!ENTITY l0 "lol">${lol}]><a>&l30;</a>`
    expect(codesOf(bomb)).toEqual(['xml_doctype'])
    expect(codesOf(bomb, true)).toEqual([])
    expect(codesOf('<a>&l30;</a>', true)).toEqual(['xml_entity'])
  })

  const adversarial: [string, (n: number) => string][] = [
    ['attributes of one tag', (n) => `<a${Array.from({ length: n / 8 }, (_, i) => ` a${i}=""`).join('')}/>`],
    ['open brackets', (n) => `<a>${'<'.repeat(n)}`],
    ['closing brackets', (n) => `<a>${']'.repeat(n)}</a>`],
    ['dashes', (n) => `<a><!--${'- '.repeat(n / 2)}--></a>`],
    ['one long name', (n) => `<${'a'.repeat(n)}`],
    ['one long entity', (n) => `<a>&${'a'.repeat(n)}`],
    ['tags up and down', (n) => `<r>${'<a><b></b></a>'.repeat(n / 14)}</r>`],
    ['a long declaration', (n) => `<?xml ${' '.repeat(n)}`],
    ['a long document type', (n) => `<!DOCTYPE a [${'<!E "x">'.repeat(n / 8)}]><a/>`],
    ['question marks', (n) => `<a><?p ${'?'.repeat(n)}?></a>`],
    ['comments that never end', (n) => `<a>${'<!--'.repeat(n / 4)}`],
  ]

  it.each(adversarial)('needs at most 2.5 times the time for twice as many %s', async (_, make) => {
    const [single, double] = [make(280_000), make(560_000)]
    // What takes next to no time is noise.
    const holds = (once: number, twice: number) => twice <= 2.5 * once + 5
    const { once, twice } = await leastTimes(
      () => codesOf(single, true),
      () => codesOf(double, true),
      holds,
    )
    expect(holds(once, twice)).toBe(true)
  })
})
