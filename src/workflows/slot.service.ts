import type { Caller } from '../access/caller.ts'
import { refuseDetails } from '../access/faults.ts'
import {
  maxSlots,
  type Slot,
  type SlotInput,
  type SlotPatch,
  type SlotWritten,
} from '../contract/workflow.ts'
import { AppError } from '../errors.ts'
import { writeOnce } from '../idempotency/write-once.ts'
import { type Page, type PageRequest, pageOfList } from '../lib/page.ts'
import { changeWorkflow } from './change-workflow.ts'
import { slotFromInput, slotsInOrder } from './definition.ts'
import { faultsOfPatch, slotFaults } from './definition-faults.ts'
import { getWorkflowRow, type WorkflowDeps, warningsOf } from './read-workflows.ts'

export async function listSlots(
  deps: WorkflowDeps,
  caller: Caller,
  key: string,
  query: PageRequest,
): Promise<Page<Slot>> {
  const { definition } = await getWorkflowRow(deps.db, caller, key)
  return pageOfList(slotsInOrder(definition), query)
}

export async function getSlot(deps: WorkflowDeps, caller: Caller, key: string, slug: string): Promise<Slot> {
  const { definition } = await getWorkflowRow(deps.db, caller, key)
  return slotNamed(definition.auxiliary_file_slots, slug)
}

export async function createSlot(
  deps: WorkflowDeps,
  caller: Caller,
  key: string,
  input: SlotInput,
): Promise<SlotWritten> {
  refuseDetails(slotFaults(input, deps))
  const slot = slotFromInput(input, deps)
  return await writeSlot(deps, caller, key, 'create', (slots) => {
    refuseTakenSlug(slots, slot.slug)
    if (slots.length >= maxSlots) {
      throw new AppError('invalid', `The workflow has ${slots.length} slots, and ${maxSlots} is the most`)
    }
    return { slot, slots: [...slots, slot] }
  })
}

export async function updateSlot(
  deps: WorkflowDeps,
  caller: Caller,
  key: string,
  slug: string,
  patch: SlotPatch,
): Promise<SlotWritten> {
  return await writeSlot(deps, caller, key, 'update', (slots) => {
    const merged = { ...slotNamed(slots, slug), ...patch }
    const follows = { max_size_bytes: 'allowed_file_types' }
    refuseDetails(faultsOfPatch(slotFaults(merged, deps), patch, follows))
    const slot = slotFromInput(merged, deps)
    const others = slots.filter((other) => other.slug !== slug)
    refuseTakenSlug(others, slot.slug)
    return { slot, slots: slots.map((other) => (other.slug === slug ? slot : other)) }
  })
}

/** Answers the slot that was. */
export async function deleteSlot(
  deps: WorkflowDeps,
  caller: Caller,
  key: string,
  slug: string,
): Promise<SlotWritten> {
  return await writeSlot(deps, caller, key, 'delete', (slots) => ({
    slot: slotNamed(slots, slug),
    slots: slots.filter((other) => other.slug !== slug),
  }))
}

async function writeSlot(
  deps: WorkflowDeps,
  caller: Caller,
  key: string,
  verb: 'create' | 'update' | 'delete',
  change: (slots: readonly Slot[]) => { slot: Slot; slots: Slot[] },
): Promise<SlotWritten> {
  return await writeOnce(deps.db, caller, async (trx) => {
    const { row, change: written } = await changeWorkflow(deps, trx, caller, key, ({ definition }) => {
      const { slot, slots } = change(definition.auxiliary_file_slots)
      return {
        slot,
        definition: { auxiliary_file_slots: slots },
        action: `workflow_slot.${verb}`,
        details: { slug: slot.slug },
      }
    })
    return { ...written.slot, warnings: await warningsOf(deps, trx, caller, row.definition) }
  })
}

function slotNamed(slots: readonly Slot[], slug: string): Slot {
  const slot = slots.find((candidate) => candidate.slug === slug)
  if (slot === undefined) throw new AppError('not_found', 'Slot not found')
  return slot
}

function refuseTakenSlug(slots: readonly Slot[], slug: string): void {
  if (!slots.some((slot) => slot.slug === slug)) return
  throw new AppError('conflict', `The workflow has a slot "${slug}" already`)
}
