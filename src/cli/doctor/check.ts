import { messageOf } from '../../lib/system-error.ts'

export type Verdict = 'ok' | 'warning' | 'fault'

/** What one look found, in a sentence, and what to do about it where it is not well. */
export interface Check {
  name: string
  verdict: Verdict
  message: string
  remedy: string | null
}

export const ok = (name: string, message: string): Check => ({ name, verdict: 'ok', message, remedy: null })
export const warning = (name: string, message: string, remedy: string): Check => ({
  name,
  verdict: 'warning',
  message,
  remedy,
})
export const fault = (name: string, message: string, remedy: string): Check => ({
  name,
  verdict: 'fault',
  message,
  remedy,
})

/** A look that fails by itself is a fault among the others, and hides none of them. */
export async function looking(name: string, look: () => Promise<Check[]>): Promise<Check[]> {
  try {
    return await look()
  } catch (error) {
    return [fault(name, `It could not be looked at: ${messageOf(error)}`, 'Mend what the sentence names')]
  }
}
