import type { JsonObject } from '../../contract/json.ts'
import type { ErrorDetail } from '../../errors.ts'
import { localAddress } from '../local-address.ts'
import { type NamedValue, readNamedValues, refuseOptions, twiceFaults } from './named-values.ts'

// A path may have a `=` of its own: what stands before it is no name then.
const isName = (text: string) => !text.includes('/')
const outputOption = { option: '--output', form: 'NAME=PATH', isName }
const companionOption = { option: '--companion', form: 'NAME.KEY=PATH', isName }

type FileNode = { basename: string; secondary_files: JsonObject }

/**
 * The tree that `--output NAME=PATH` and `--companion NAME.KEY=PATH` describe: dots in a name are structure, and a
 * companion hangs below the file with the longest name that its own goes on from. Throws a usage error with all faults.
 */
export function outputsFromOptions(
  given: { outputs?: readonly string[]; companions?: readonly string[] },
  folder?: string,
): JsonObject {
  const faults: ErrorDetail[] = []
  const outputs = readNamedValues(outputOption, given.outputs ?? [], faults)
  const companions = readNamedValues(companionOption, given.companions ?? [], faults)
  const files = new Map([...outputs, ...companions].map(({ name, value }) => [name, fileNode(value, folder)]))
  faults.push(
    ...[...outputs, ...companions].flatMap(writingFaults),
    ...twiceFaults([...outputs, ...companions]),
    ...outputs.flatMap((output) => insideFaults(output, outputs)),
  )
  for (const companion of companions) {
    const primary = primaryOf(companion.name, files)
    const node = files.get(companion.name)
    if (primary === undefined || node === undefined) faults.push(orphanFault(companion, outputs))
    else primary.node.secondary_files[companion.name.slice(primary.name.length + 1)] = node
  }
  refuseOptions(faults)

  const tree = emptyObject()
  for (const { name } of outputs) {
    const node = files.get(name)
    if (node !== undefined) putInto(tree, name.split('.'), node)
  }
  return tree
}

function fileNode(path: string, folder: string | undefined): FileNode {
  return { basename: localAddress(path, folder), secondary_files: emptyObject() }
}

/** Without a prototype: `__proto__` is a name like any other. */
function emptyObject(): JsonObject {
  return Object.create(null)
}

function putInto(tree: JsonObject, segments: readonly string[], node: FileNode): void {
  let inner = tree
  for (const segment of segments.slice(0, -1)) {
    const next = (inner[segment] as JsonObject | undefined) ?? emptyObject()
    inner[segment] = next
    inner = next
  }
  inner[segments.at(-1) ?? ''] = node
}

function primaryOf(
  name: string,
  files: ReadonlyMap<string, FileNode>,
): { name: string; node: FileNode } | undefined {
  for (let end = name.lastIndexOf('.'); end > 0; end = name.lastIndexOf('.', end - 1)) {
    const node = files.get(name.slice(0, end))
    if (node !== undefined) return { name: name.slice(0, end), node }
  }
  return undefined
}

function writingFaults({ option, name, value }: NamedValue): ErrorDetail[] {
  const field = `${option} "${name}"`
  const faults: ErrorDetail[] = []
  if (value === '') faults.push({ field, message: 'has no path after its =' })
  if (name.split('.').includes('')) {
    faults.push({ field, message: 'has an empty part; write names with single dots between them' })
  }
  return faults
}

function insideFaults({ option, name }: NamedValue, outputs: readonly NamedValue[]): ErrorDetail[] {
  const outer = outputs.find((output) => name.startsWith(`${output.name}.`))
  if (outer === undefined) return []
  const message = `lies inside the file "${outer.name}"; a file that belongs to it is --companion ${name}=PATH`
  return [{ field: `${option} "${name}"`, message }]
}

function orphanFault({ option, name }: NamedValue, outputs: readonly NamedValue[]): ErrorDetail {
  const names = [...new Set(outputs.map((output) => output.name))].join(', ')
  const known = names === '' ? 'no output is given' : `the outputs given are ${names}`
  return {
    field: `${option} "${name}"`,
    message: `belongs to no output: ${known}; write the output's name, a dot and the companion's own name`,
  }
}
