/*
 * The choices of the wire, as plain lists: the command line offers them too, and does not load all schemas for it, which
 * takes twice as long as all the rest of its start.
 */
export const roles = ['reader', 'submitter', 'author', 'owner'] as const
export const analysisStatuses = ['queued', 'in-progress', 'failed', 'completed', 'unknown'] as const
export const runStates = ['queued', 'running', 'succeeded', 'failed', 'canceled'] as const
