import type { KaseOutputsInput } from '../contract/job.ts'
import type { Db } from '../db/client.ts'
import { AppError, maxFaults } from '../errors.ts'
import { type FileFacts, noFacts, sameBytes } from '../files/file-state.ts'
import { listTakenIn } from '../files/file-use.repository.ts'
import { listNewFiles } from '../files/list-new-files.ts'
import { refuseTooMany } from '../files/many-files.ts'
import { nameParts } from '../files/name-parts.ts'
import { normalAddress } from '../storage/location.ts'
import type { ListedFile } from '../storage/store.ts'
import type { Stores } from '../storage/stores.ts'
import type { FoundKase } from './kase.repository.ts'
import { auxFileSentence, createFaultFinder } from './named-files.ts'

export interface OutputFile {
  fileName: string
  path: string
  modificationTime: Date | null
  /** Of an input found in a folder: the version that the kase took in, which is no output. */
  takenIn: number | null
}

const mostNewFiles = 10_000

/** What a report names, each once; or what is new in the folder that it names since the kase began. */
export async function outputFiles(
  deps: { db: Db; stores: Stores },
  orgId: number,
  kase: FoundKase,
  { files, folder }: KaseOutputsInput,
): Promise<OutputFile[]> {
  if ((files === undefined) === (folder === undefined)) {
    const details = [{ field: 'files', message: 'give either files or folder, and not both' }]
    throw new AppError('invalid', 'Give either files or folder', { details })
  }
  refuseTooMany(files?.length ?? 0, 'files', 'report them in several requests')
  const outputs =
    folder === undefined ? (files ?? []).map(named) : await newOutputs(deps, orgId, kase, folder)
  refuseFaults(outputs, kase, folder === undefined ? (index) => `files[${index}]` : () => 'folder')
  return [...new Map(outputs.map((output) => [`${output.path}\0${output.fileName}`, output])).values()]
}

function named(file: NonNullable<KaseOutputsInput['files']>[number]): OutputFile {
  const { file_name: fileName, path, modification_time: time } = file
  return { fileName, path, modificationTime: time === undefined ? null : new Date(time), takenIn: null }
}

async function newOutputs(
  deps: { db: Db; stores: Stores },
  orgId: number,
  kase: FoundKase,
  folder: string,
): Promise<OutputFile[]> {
  const taken = await listTakenIn(deps.db, orgId, 'casefile', kase.casefile_id)
  const inputs = new Map(taken.map((input) => [normalAddress(input.path), input]))
  const isKnown = isTakenIn(kase, inputs)
  const since = kase.start_time ?? kase.submit_time
  const found = await listNewFiles(deps, orgId, folder, { since, most: mostNewFiles, isKnown })
  return found.map(({ path, modifiedAt }) => ({
    fileName: nameParts(path).basename,
    path,
    modificationTime: modifiedAt,
    takenIn: inputs.get(normalAddress(path))?.versionId ?? null,
  }))
}

/** Tells the casefile, and each input that the listing alone shows to be as the kase took it in. */
function isTakenIn(
  kase: FoundKase,
  inputs: ReadonlyMap<string | null, { facts: FileFacts | null }>,
): (file: ListedFile) => boolean {
  const casefile = normalAddress(kase.path)
  return ({ path, facts }) => {
    const address = normalAddress(path)
    if (address === casefile) return true
    const was = inputs.get(address)?.facts
    return was != null && sameBytes(was, { ...noFacts, ...facts })
  }
}

function refuseFaults(
  outputs: readonly OutputFile[],
  kase: FoundKase,
  fieldOf: (index: number) => string,
): void {
  const findFaults = createFaultFinder()
  const faults = outputs.flatMap(({ fileName, path }, index) =>
    findFaults({ file_name: fileName, path }, () => ({
      field: fieldOf(index),
      sentence: auxFileSentence(fileName, kase.file_name),
    })),
  )
  const [first] = faults
  if (first === undefined) return
  const details = faults.slice(0, maxFaults).map(({ field, message }) => ({ field, message }))
  throw new AppError('invalid', `${first.sentence}: ${first.message}`, { details })
}
