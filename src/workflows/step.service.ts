import type { Caller } from '../access/caller.ts'
import { refuseDetails } from '../access/faults.ts'
import {
  maxSteps,
  type Step,
  type StepInput,
  type StepPatch,
  type StepWritten,
} from '../contract/workflow.ts'
import { AppError } from '../errors.ts'
import { writeOnce } from '../idempotency/write-once.ts'
import { type Page, type PageRequest, pageOfList } from '../lib/page.ts'
import { changeWorkflow } from './change-workflow.ts'
import { patchedStep, stepFromInput, stepsWithIndex } from './definition.ts'
import { faultsOfPatch, stepFaults } from './definition-faults.ts'
import { getWorkflowRow, type WorkflowDeps, warningsOf } from './read-workflows.ts'
import type { WorkflowStep } from './workflow.table.ts'

export async function listSteps(
  deps: WorkflowDeps,
  caller: Caller,
  key: string,
  query: PageRequest,
): Promise<Page<Step>> {
  const { definition } = await getWorkflowRow(deps.db, caller, key)
  return pageOfList(stepsWithIndex(definition), query)
}

export async function getStep(deps: WorkflowDeps, caller: Caller, key: string, index: number): Promise<Step> {
  const { definition } = await getWorkflowRow(deps.db, caller, key)
  return { index, ...stepAt(definition.steps, index) }
}

/** The new step is the last one. */
export async function createStep(
  deps: WorkflowDeps,
  caller: Caller,
  key: string,
  input: StepInput,
): Promise<StepWritten> {
  refuseDetails(stepFaults(input, deps))
  const step = stepFromInput(input, deps)
  return await writeStep(deps, caller, key, 'create', (steps) => {
    if (steps.length >= maxSteps) {
      throw new AppError('invalid', `The workflow has ${steps.length} steps, and ${maxSteps} is the most`)
    }
    return { step, index: steps.length, steps: [...steps, step] }
  })
}

/** A config that is given replaces the whole config. */
export async function updateStep(
  deps: WorkflowDeps,
  caller: Caller,
  key: string,
  index: number,
  patch: StepPatch,
): Promise<StepWritten> {
  return await writeStep(deps, caller, key, 'update', (steps) => {
    const merged = patchedStep(stepAt(steps, index), patch, deps)
    refuseDetails(faultsOfPatch(stepFaults(merged, deps), patch, { config: 'validator' }))
    const step = stepFromInput(merged, deps)
    return { step, index, steps: steps.map((other, at) => (at === index ? step : other)) }
  })
}

/** Answers the step that was; the steps after it move up. */
export async function deleteStep(
  deps: WorkflowDeps,
  caller: Caller,
  key: string,
  index: number,
): Promise<StepWritten> {
  return await writeStep(deps, caller, key, 'delete', (steps) => ({
    step: stepAt(steps, index),
    index,
    steps: steps.filter((_, at) => at !== index),
  }))
}

async function writeStep(
  deps: WorkflowDeps,
  caller: Caller,
  key: string,
  verb: 'create' | 'update' | 'delete',
  change: (steps: readonly WorkflowStep[]) => { step: WorkflowStep; index: number; steps: WorkflowStep[] },
): Promise<StepWritten> {
  return await writeOnce(deps.db, caller, async (trx) => {
    const { row, change: written } = await changeWorkflow(deps, trx, caller, key, ({ definition }) => {
      const { step, index, steps } = change(definition.steps)
      return {
        step: { index, ...step },
        definition: { steps },
        action: `workflow_step.${verb}`,
        details: { index, validator: step.validator },
      }
    })
    return { ...written.step, warnings: await warningsOf(deps, trx, caller, row.definition) }
  })
}

function stepAt(steps: readonly WorkflowStep[], index: number): WorkflowStep {
  const step = steps[index]
  if (step === undefined) throw new AppError('not_found', 'Step not found')
  return step
}
