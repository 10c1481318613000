import { AppError } from '../errors.ts'
import type { WorkflowKey } from './workflow.repository.ts'

const largestInt = 2_147_483_647

/** In an address a workflow is its number or its slug; no slug is all digits. */
export function workflowKey(text: string): WorkflowKey {
  if (!/^\d+$/.test(text)) return { slug: text }
  const id = Number(text)
  if (id > largestInt) throw workflowNotFound()
  return { id }
}

export function workflowNotFound(): AppError {
  return new AppError('not_found', 'Workflow not found')
}
