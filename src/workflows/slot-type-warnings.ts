import type { Warning } from '../contract/workflow.ts'
import { sizeWords } from '../lib/size-words.ts'
import { type DefinitionRules, largestLimit, typeWords } from './definition-rules.ts'
import type { WorkflowDefinition } from './workflow.table.ts'

/**
 * What became of slots whose types were taken out of the configuration, or got a lower limit there, after they were written.
 *
 * | code                   | the slot                                                    |
 * |------------------------|-------------------------------------------------------------|
 * | `slot_type_unknown`    | allows a type that this server does not take                |
 * | `slot_limit_over_type` | promises more bytes than a file of any of its types may have |
 */
export function slotTypeWarnings(
  { auxiliary_file_slots: slots }: WorkflowDefinition,
  { fileTypes }: Pick<DefinitionRules, 'fileTypes'>,
): Warning[] {
  return slots.flatMap(({ slug, allowed_file_types: types, max_size_bytes: size }) => {
    const unknown = types.filter((type) => !fileTypes.has(type))
    const known = types.filter((type) => fileTypes.has(type))
    const limit = largestLimit(types, fileTypes)
    const warning = (code: string, message: string): Warning => ({ step: null, slot: slug, code, message })
    return [
      ...(unknown.length === 0
        ? []
        : [
            warning(
              'slot_type_unknown',
              `The '${slug}' slot allows ${typeWords(unknown)} files, which this server does not take.`,
            ),
          ]),
      ...(limit === undefined || size <= limit
        ? []
        : [
            warning(
              'slot_limit_over_type',
              `The '${slug}' slot takes files of up to ${sizeWords(size)}, and this server ${typeWords(known)} files of up to ${sizeWords(limit)}.`,
            ),
          ]),
    ]
  })
}
