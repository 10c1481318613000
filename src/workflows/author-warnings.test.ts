import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../contract/json.ts'
import type { ValidatorRole } from '../contract/validator.ts'
import type { Slot } from '../contract/workflow.ts'
import { builtInValidators } from '../validators/built-in-validators.ts'
import type { ValidatorKind } from '../validators/validator.ts'
import { authorWarnings, libraryFilesIn, summaryOf } from './author-warnings.ts'
import type { WorkflowDefinition, WorkflowStep } from './workflow.table.ts'

const kindWith = (name: string, ...roles: ValidatorRole[]): [string, ValidatorKind] => [
  name,
  { name, title: name, description: '', roles },
]
const validators = new Map([
  ...builtInValidators,
  kindWith('plant', { name: 'inflow', label: 'inflow table', file_types: ['csv', 'json'], required: true }),
])
const slot = (slug: string, more: Partial<Slot> = {}): Slot => ({
  slug,
  label: slug,
  description: '',
  allowed_file_types: ['epw'],
  max_size_bytes: 1,
  required: true,
  order: 0,
  ...more,
})
const step = (validator: string, config: JsonObject): WorkflowStep => ({ name: validator, validator, config })
const submitter = step('energyplus', { weather_file_source: 'submitter', weather_file_slot: 'weather_file' })
const of = (steps: WorkflowStep[], slots: Slot[]): WorkflowDefinition => ({
  primary_file_types: [],
  auxiliary_file_slots: slots,
  steps,
})
const everyFile = { has: () => true }
const warningsOf = (
  steps: WorkflowStep[],
  slots: Slot[],
  libraryFiles: Pick<ReadonlySet<string>, 'has'> = everyFile,
) => authorWarnings(of(steps, slots), { validators, libraryFiles })

describe('a step that takes its weather file from submitters', () => {
  it('is told of the slot that the workflow lacks', () => {
    expect(warningsOf([submitter], [])).toEqual([
      {
        step: 0,
        slot: 'weather_file',
        code: 'slot_missing',
        message:
          "This step requires submitters to provide a weather file, but the workflow has no 'weather_file' auxiliary file slot configured.",
      },
    ])
  })

  it('is told of a slot that allows no EPW files', () => {
    expect(warningsOf([submitter], [slot('weather_file', { allowed_file_types: ['csv'] })])).toEqual([
      {
        step: 0,
        slot: 'weather_file',
        code: 'slot_type_mismatch',
        message: "The 'weather_file' slot does not allow EPW files.",
      },
    ])
  })

  it('is told of a slot that submitters may leave empty', () => {
    expect(warningsOf([submitter], [slot('weather_file', { required: false })])).toEqual([
      {
        step: 0,
        slot: 'weather_file',
        code: 'slot_optional',
        message:
          "This step requires a weather file, but the 'weather_file' slot is optional: a submission may come without.",
      },
    ])
  })

  it('has no warning where the slot takes EPW files, for two steps neither', () => {
    expect(warningsOf([submitter, submitter], [slot('weather_file')])).toEqual([])
  })

  it('is told of the types that the slot allows besides', () => {
    const wide = slot('weather_file', { allowed_file_types: ['csv', 'epw', 'xml', 'json'] })
    expect(warningsOf([submitter], [wide])).toEqual([
      {
        step: 0,
        slot: 'weather_file',
        code: 'slot_types_wider',
        message: "The 'weather_file' slot also allows CSV, XML and JSON files, which this step cannot read.",
      },
    ])
  })

  it('is told of them apart from another step that takes the same slot and can read them', () => {
    const both = slot('weather_file', { allowed_file_types: ['csv', 'epw'] })
    const table = step('fmi', { input_data_source: 'submitter', input_data_slot: 'weather_file' })
    expect(warningsOf([submitter, table], [both]).map(({ step, message }) => [step, message])).toEqual([
      [0, "The 'weather_file' slot also allows CSV files, which this step cannot read."],
      [1, "The 'weather_file' slot also allows EPW files, which this step cannot read."],
    ])
  })

  it('takes the slot of the role’s own name unless another is named', () => {
    const byDefault = step('energyplus', { weather_file_source: 'submitter' })
    expect(warningsOf([byDefault], [slot('weather_file')])).toEqual([])
    const other = step('energyplus', { weather_file_source: 'submitter', weather_file_slot: 'climate' })
    expect(warningsOf([other], [slot('weather_file')]).map(({ code, slot }) => [code, slot])).toEqual([
      ['slot_missing', 'climate'],
      ['slot_unused', 'weather_file'],
    ])
  })
})

describe('another role', () => {
  it('has its own article, label and types in the same sentences', () => {
    const inflow = step('plant', { inflow_source: 'submitter' })
    expect(warningsOf([inflow], [])[0]?.message).toBe(
      "This step requires submitters to provide an inflow table, but the workflow has no 'inflow' auxiliary file slot configured.",
    )
    expect(warningsOf([inflow], [slot('inflow')])[0]?.message).toBe(
      "The 'inflow' slot does not allow CSV or JSON files.",
    )
    const schema = step('xml', { schema_source: 'submitter' })
    expect(warningsOf([schema], [slot('schema')])[0]?.message).toBe(
      "The 'schema' slot does not allow XSD, RNG or DTD files.",
    )
    expect(warningsOf([inflow], [slot('inflow', { allowed_file_types: ['json'] })])).toEqual([])
  })

  it('that is not required may be left out and left empty', () => {
    expect(warningsOf([step('xml', {})], [])).toEqual([])
    const optional = slot('schema', { allowed_file_types: ['xsd'], required: false })
    expect(warningsOf([step('xml', { schema_source: 'submitter' })], [optional])).toEqual([])
  })
})

describe('a step that takes its file from the library', () => {
  const named = step('energyplus', { weather_file: 'sf.epw' })

  it('is told that it names none, whether it says where from or not', () => {
    for (const config of [{}, { weather_file_source: 'workflow' }, { weather_file: '' }]) {
      expect(warningsOf([step('energyplus', config)], [])).toEqual([
        {
          step: 0,
          slot: null,
          code: 'library_file_not_named',
          message:
            "This step requires a weather file, but names none: set 'weather_file' to a file of the library, or 'weather_file_source' to 'submitter'.",
        },
      ])
    }
  })

  it('is told that the library has not the file, where the library is known', () => {
    expect(warningsOf([named], [])).toEqual([])
    expect(warningsOf([named], [], new Set(['sf.epw']))).toEqual([])
    expect(warningsOf([named], [], new Set())).toEqual([
      { step: 0, slot: null, code: 'library_file_unknown', message: "The library has no file 'sf.epw'." },
    ])
    expect(libraryFilesIn([named, submitter, step('xml', { schema: 'a.xsd' })], validators)).toEqual([
      'sf.epw',
      'a.xsd',
    ])
  })

  it('is told that the file is of a type that it cannot read', () => {
    const table = step('energyplus', { weather_file: 'table.CSV' })
    expect(warningsOf([table], [])).toMatchObject([
      { code: 'library_file_type', message: "The library file 'table.CSV' is not an EPW file." },
    ])
    expect(warningsOf([step('energyplus', { weather_file: 'sf.EPW' })], [])).toEqual([])
  })
})

describe('a slot', () => {
  it('that no step uses is told of', () => {
    expect(warningsOf([], [slot('notes')])).toEqual([
      { step: null, slot: 'notes', code: 'slot_unused', message: "No step uses the 'notes' slot." },
    ])
  })

  it('is used by a command, which is handed every file', () => {
    expect(warningsOf([step('command', {})], [slot('notes')])).toEqual([])
  })
})

it('a step of a validator that is gone is told of', () => {
  expect(warningsOf([step('gone', {})], [])).toMatchObject([{ step: 0, code: 'validator_unknown' }])
})

describe('the summary', () => {
  const summary = (steps: WorkflowStep[], slots: Slot[]) =>
    summaryOf(of(steps, slots), warningsOf(steps, slots))
  const fine = step('xml', {})
  const worst = slot('weather_file', { allowed_file_types: ['csv'], required: false })

  it.each([
    ['No warnings', [fine], []],
    ['No warnings', [], []],
    ['1 warning in 1 of 1 step', [submitter], []],
    ['1 warning in 1 of 3 steps', [fine, submitter, fine], []],
    ['2 warnings in 1 of 3 steps', [fine, submitter, fine], [worst]],
    ['4 warnings in 2 of 2 steps', [submitter, submitter], [worst]],
    ['1 warning in 1 of 1 slot', [fine], [slot('a')]],
    ['2 warnings in 2 of 3 slots', [submitter], [slot('a'), slot('weather_file'), slot('b')]],
    ['2 warnings in 1 of 1 step and 1 of 1 slot', [submitter], [slot('a')]],
  ])('%s', (text, steps, slots) => {
    expect(summary(steps, slots)).toBe(text)
  })
})

describe('of any definition', () => {
  const anySlug = fc.constantFrom('weather_file', 'schema', 'input_data', 'a')
  const anyType = fc.constantFrom('epw', 'csv', 'json', 'xsd')
  const anySlots = fc.uniqueArray(
    fc.record({
      slug: anySlug,
      types: fc.uniqueArray(anyType, { minLength: 1 }),
      required: fc.boolean(),
    }),
    { selector: ({ slug }) => slug, maxLength: 3 },
  )
  const anySteps = fc.array(
    fc
      .record({
        kind: fc.constantFrom(...builtInValidators.values()),
        source: fc.constantFrom('workflow', 'submitter'),
        file: fc.option(fc.constantFrom('a.epw', 'b.csv', '')),
        slug: fc.option(anySlug),
      })
      .map(({ kind, source, file, slug }) => {
        const name = kind.roles[0]?.name
        return step(kind.name, {
          ...(name && { [`${name}_source`]: source }),
          ...(name && file !== null && { [name]: file }),
          ...(name && slug !== null && { [`${name}_slot`]: slug }),
        })
      }),
    { maxLength: 4 },
  )
  const anyDefinition = fc.tuple(anySteps, anySlots).map(([steps, slots]) =>
    of(
      steps,
      slots.map(({ slug, types, required }) => slot(slug, { allowed_file_types: types, required })),
    ),
  )

  it('each warning names a step or slot that there is, and none is given twice', () => {
    fc.assert(
      fc.property(anyDefinition, (definition) => {
        const warnings = authorWarnings(definition, { validators, libraryFiles: new Set(['a.epw']) })
        for (const { step: index, slot: slug, message } of warnings) {
          expect(index === null && slug === null).toBe(false)
          if (index !== null) expect(definition.steps[index]).toBeDefined()
          else expect(definition.auxiliary_file_slots.map((each) => each.slug)).toContain(slug)
          expect(message).toMatch(/^[A-Z].*\.$/)
        }
        expect(new Set(warnings.map((each) => JSON.stringify(each))).size).toBe(warnings.length)
        expect(summaryOf(definition, warnings).startsWith('No warnings')).toBe(warnings.length === 0)
      }),
    )
  })

  it('the order of the slots changes no warning of a step', () => {
    fc.assert(
      fc.property(anyDefinition, (definition) => {
        const { steps, auxiliary_file_slots: slots } = definition
        const ofSteps = (given: Slot[]) => warningsOf(steps, given).filter((each) => each.step !== null)
        expect(ofSteps([...slots].reverse())).toEqual(ofSteps(slots))
      }),
    )
  })
})
