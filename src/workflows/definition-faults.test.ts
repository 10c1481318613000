import fc from 'fast-check'
import { expect, it } from 'vitest'
import { WorkflowInput } from '../contract/workflow.ts'
import { compileStrict } from '../server/schema-compilers.ts'
import { builtInValidators } from '../validators/built-in-validators.ts'
import { authorWarnings } from './author-warnings.ts'
import { definitionParts, emptyDefinition, slotsInOrder } from './definition.ts'
import { faultsOfPatch, slotFaults, stepFaults, workflowFaults } from './definition-faults.ts'
import type { DefinitionRules } from './definition-rules.ts'

const rules: DefinitionRules = {
  fileTypes: new Map([
    ['epw', { maxSizeBytes: 20 }],
    ['csv', { maxSizeBytes: 10 }],
  ]),
  validators: builtInValidators,
}

const anyText = fc.oneof(
  fc.string({ maxLength: 2 }),
  fc.constantFrom('a', 'b-c', 'weather_file', 'schema', '7x', '7', ' '),
)
const anyType = fc.constantFrom('epw', '.CSV', 'csv', 'Epw', 'epw', 'csv', 'epw', 'exe')
const anySource = fc.constantFrom('workflow', 'submitter')
/** One value in so many is anything at all. */
const bodiesWith = (calm: number) => {
  const often = <T>(usual: fc.Arbitrary<T>) =>
    fc.oneof({ weight: calm, arbitrary: usual }, { weight: 1, arbitrary: fc.jsonValue() })
  const anySlot = fc.record(
    {
      slug: often(anyText),
      label: often(anyText),
      description: often(anyText),
      allowed_file_types: often(fc.array(often(anyType), { maxLength: 3 })),
      max_size_bytes: often(fc.integer({ min: 1, max: 11 })),
      required: often(fc.boolean()),
      order: often(fc.nat(3)),
    },
    { requiredKeys: ['slug', 'label', 'allowed_file_types'] },
  )
  const anyStep = fc.record(
    {
      validator: often(fc.constantFrom('energyplus', 'FMI', 'csv', 'Xml')),
      name: often(anyText),
      config: often(
        fc.dictionary(fc.constantFrom('weather_file', 'weather_file_source', 'own'), often(anySource)),
      ),
    },
    { requiredKeys: ['validator'] },
  )
  return fc.record(
    {
      name: often(anyText),
      slug: often(anyText),
      primary_file_types: often(fc.array(often(anyType), { maxLength: 3 })),
      auxiliary_file_slots: often(fc.array(often(anySlot), { maxLength: 4 })),
      steps: often(fc.array(often(anyStep), { maxLength: 4 })),
    },
    { requiredKeys: ['name'] },
  )
}

it('a patch is held against the rules in what it sends, and what hangs on that', () => {
  const gone = { name: 'a', validator: 'gone', config: { weather_file_source: 5 } }
  const fieldsOf = (patch: object) =>
    faultsOfPatch(stepFaults({ ...gone, ...patch }, rules), patch, { config: 'validator' }).map(
      ({ field }) => field,
    )
  expect(fieldsOf({ name: 'b' })).toEqual([])
  expect(fieldsOf({ name: ' ' })).toEqual(['name'])
  expect(fieldsOf({ validator: 'gone' })).toEqual(['validator'])
  expect(fieldsOf({ validator: 'energyplus' })).toEqual(['config.weather_file_source'])
})

it('a body of any shape is looked through', () => {
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), bodiesWith(9)), (body) => {
      for (const find of [workflowFaults, slotFaults, stepFaults]) {
        for (const { field, message } of find(body, rules)) expect(field && message).toBeTruthy()
      }
    }),
  )
})

it('a body without faults makes a definition that is as its author gave it', () => {
  const schemaFaults = compileStrict(WorkflowInput)
  let taken = 0
  fc.assert(
    fc.property(bodiesWith(200), (body) => {
      if (schemaFaults(body).length > 0 || workflowFaults(body, rules).length > 0) return
      taken += 1
      const input = body as WorkflowInput
      const definition = { ...emptyDefinition, ...definitionParts(input, rules) }
      const { auxiliary_file_slots: slots, steps } = definition
      expect(slots.map(({ slug }) => slug)).toEqual(
        (input.auxiliary_file_slots ?? []).map(({ slug }) => slug),
      )
      expect(new Set(slots.map(({ slug }) => slug)).size).toBe(slots.length)
      expect(steps).toHaveLength(input.steps?.length ?? 0)
      for (const slot of slots) {
        expect(slot.max_size_bytes).toBeLessThanOrEqual(slot.allowed_file_types.includes('epw') ? 20 : 10)
        expect(new Set(slot.allowed_file_types).size).toBe(slot.allowed_file_types.length)
      }
      const orders = slotsInOrder(definition).map(({ order }) => order)
      expect(orders).toEqual([...orders].sort((a, b) => a - b))
      // What was stored can be given again.
      expect(definitionParts(definition, rules)).toEqual(definition)
      authorWarnings(definition, { validators: rules.validators, libraryFiles: new Set() })
    }),
    { numRuns: 1000 },
  )
  expect(taken).toBeGreaterThan(50)
})
