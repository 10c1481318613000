import { isJsonObject } from '../../analyses/json-object.ts'
import type { Analysis, AnalysisChange } from '../../contract/analysis.ts'
import type { Json } from '../../contract/json.ts'
import { joinField } from '../../lib/join-field.ts'
import { isShownFile, type OutputFile, outputFile } from './output-file.ts'

/** A line of a drawn tree: a file, a value that is no file, or structure alone. */
export interface OutputLine {
  /** The branch that leads to it, such as `│  └─ `. */
  branch: string
  name: string
  /** Where in the tree, as `changes` and errors have it. */
  place: string
  file: OutputFile | null
  value: string | null
}

/** The tree as lines, companions below their primary. `unreachable` are reasons by file id, known from elsewhere. */
export function outputLines(
  { outputs, changes }: Pick<Analysis, 'outputs' | 'changes'>,
  unreachable: ReadonlyMap<number, string> = new Map(),
): OutputLine[] {
  const changesOf = changesByFile(changes)
  const lines: OutputLine[] = []

  function add({ name, value, place }: Part, branch: string, indent: string | null): void {
    const file = isShownFile(value)
      ? outputFile(value, changesOf.get(keyOf(place, value.path)) ?? [], unreachable)
      : null
    const parts = isShownFile(value)
      ? partsOf(value.secondary_files, joinField(place, 'secondary_files'))
      : partsOf(value, place)
    const isValue = file === null && parts.length === 0
    lines.push({ branch, name, place, file, value: isValue ? JSON.stringify(value) : null })
    addAll(parts, indent ?? '')
  }
  /** What stands at the top, without an indent, has no branch. */
  function addAll(parts: readonly Part[], indent: string | null): void {
    for (const [index, part] of parts.entries()) {
      const isLast = index === parts.length - 1
      if (indent === null) add(part, '', null)
      else add(part, `${indent}${isLast ? '└─ ' : '├─ '}`, `${indent}${isLast ? '   ' : '│  '}`)
    }
  }

  if (isShownFile(outputs)) add({ name: outputs.basename, value: outputs, place: '' }, '', null)
  else addAll(partsOf(outputs, ''), null)
  return lines
}

interface Part {
  name: string
  value: Json
  place: string
}

function partsOf(value: Json, place: string): Part[] {
  if (Array.isArray(value)) {
    return value.map((item, index) => ({
      name: `[${index}]`,
      value: item,
      place: joinField(place, index),
    }))
  }
  if (!isJsonObject(value)) return []
  return Object.entries(value).map(([name, item]) => ({ name, value: item, place: joinField(place, name) }))
}

/** Tells one file of a tree from all others; a dot in a name can make two places read alike. */
function keyOf(place: string, path: string): string {
  return `${place}\0${path}`
}

function changesByFile(changes: readonly AnalysisChange[]): ReadonlyMap<string, AnalysisChange[]> {
  const byFile = new Map<string, AnalysisChange[]>()
  for (const change of changes) {
    const key = keyOf(change.at, change.path)
    const others = byFile.get(key)
    if (others === undefined) byFile.set(key, [change])
    else others.push(change)
  }
  return byFile
}
