import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import type { Workflow } from '../../contract/workflow.ts'
import type { ErrorDetail } from '../../errors.ts'
import { formatBytes } from '../format-bytes.ts'
import { readNamedValues, refuseOptions, twiceFaults } from '../named-values.ts'
import { standardInputFault } from '../read-for-upload.ts'
import { systemFault } from '../system-fault.ts'

/** A file of this machine that goes into a submission. */
export interface SubmittedFile {
  /** Of the form: `file`, or `aux_` and the slot. */
  part: string
  path: string
  fileName: string
  sizeBytes: number
}

/**
 * The files that the options name, held against what the workflow asks for before a byte is sent. Throws one usage
 * error with every fault, those that were found before too; the server looks again, and into the content.
 */
export async function submittedFiles(
  workflow: Workflow,
  { file, aux = [] }: { file?: string | undefined; aux?: readonly string[] | undefined },
  before: readonly ErrorDetail[],
): Promise<SubmittedFile[]> {
  const faults = [...before]
  const named = readNamedValues({ option: '--aux', form: 'SLOT=FILE' }, aux, faults)
  faults.push(...twiceFaults(named))
  if (file === undefined) faults.push({ field: '--file', message: 'is needed: the primary file' })
  const primary = file === undefined ? null : await fileAt('file', file, '--file', faults)
  if (primary !== null) faults.push(...typeFaults('--file', primary, workflow.primary_file_types))
  const files = primary === null ? [] : [primary]
  for (const { name, value } of named) {
    const option = `--aux ${name}`
    const slot = workflow.auxiliary_file_slots.find(({ slug }) => slug === name)
    if (slot === undefined) {
      faults.push({ field: option, message: `is no slot of the workflow${slotsOf(workflow)}` })
      continue
    }
    const found = await fileAt(`aux_${name}`, value, option, faults)
    if (found === null) continue
    faults.push(...typeFaults(option, found, slot.allowed_file_types))
    if (found.sizeBytes > slot.max_size_bytes) {
      const most = formatBytes(slot.max_size_bytes)
      faults.push({
        field: option,
        message: `has ${formatBytes(found.sizeBytes)}, over the slot's limit of ${most}`,
      })
    }
    files.push(found)
  }
  for (const { slug, label, required } of workflow.auxiliary_file_slots) {
    if (required && !named.some(({ name }) => name === slug)) {
      faults.push({ field: `--aux ${slug}`, message: `is needed: ${label}` })
    }
  }
  refuseOptions(faults)
  return files
}

function slotsOf({ auxiliary_file_slots: slots }: Workflow): string {
  return slots.length === 0 ? ', which has none' : `; it has ${slots.map(({ slug }) => slug).join(', ')}`
}

async function fileAt(
  part: string,
  path: string,
  field: string,
  faults: ErrorDetail[],
): Promise<SubmittedFile | null> {
  const fault = standardInputFault(path)
  if (fault !== null) {
    faults.push({ field, message: fault })
    return null
  }
  try {
    const seen = await stat(path)
    if (seen.isFile()) return { part, path, fileName: basename(path), sizeBytes: seen.size }
    faults.push({ field, message: `names "${path}", which is no file` })
  } catch (error) {
    faults.push({ field, message: `names "${path}", which cannot be read: ${systemFault(error)}` })
  }
  return null
}

function typeFaults(field: string, { fileName }: SubmittedFile, types: readonly string[]): ErrorDetail[] {
  const extension = /[^.]\.([^.]+)$/.exec(fileName)?.[1]?.toLowerCase()
  if (types.length === 0 || (extension !== undefined && types.includes(extension))) return []
  return [{ field, message: `names "${fileName}"; allowed are files of ${types.join(', ')}` }]
}
