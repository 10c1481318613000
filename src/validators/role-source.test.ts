import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../contract/json.ts'
import { compileStrict } from '../server/schema-compilers.ts'
import { builtInValidators } from './built-in-validators.ts'
import { configFaults, configSchemaOf, roleSourceOf } from './role-source.ts'
import type { ValidatorKind } from './validator.ts'

const energyplus = builtInValidators.get('energyplus') as ValidatorKind
const [role] = energyplus.roles as [ValidatorKind['roles'][number]]

describe('where the file of a role comes from', () => {
  it.each<[JsonObject, object]>([
    [{}, { from: 'workflow', libraryFile: null }],
    [{ weather_file: 'a.epw' }, { from: 'workflow', libraryFile: 'a.epw' }],
    [
      { weather_file_source: 'workflow', weather_file: '' },
      { from: 'workflow', libraryFile: null },
    ],
    [
      { weather_file_source: 'submitter', weather_file: 'a.epw' },
      { from: 'submitter', slot: 'weather_file' },
    ],
    [
      { weather_file_source: 'submitter', weather_file_slot: 'epw' },
      { from: 'submitter', slot: 'epw' },
    ],
  ])('%j is %j', (config, source) => {
    expect(roleSourceOf(role, config)).toEqual(source)
  })
})

describe('the config of a step', () => {
  it('has each field of a role that is wrong named, with what was found and what is needed', () => {
    const config = { weather_file_source: 'Submitter', weather_file: 7, weather_file_slot: 'a b', other: [1] }
    expect(configFaults(energyplus, config, 'steps[0].config')).toEqual([
      {
        field: 'steps[0].config.weather_file_source',
        message: 'must be "workflow" or "submitter", not "Submitter"',
      },
      {
        field: 'steps[0].config.weather_file',
        message:
          'must be the name of the library file that is the weather file, of at most 255 characters, not 7',
      },
      {
        field: 'steps[0].config.weather_file_slot',
        message: 'must be the slug of a slot: 1 to 50 letters, digits, hyphens and underscores, not "a b"',
      },
    ])
  })

  it('is found wrong exactly where its schema says so', () => {
    const value = fc.oneof(
      fc.constantFrom('workflow', 'submitter', 'weather_file', '', 'a b', 'x'.repeat(51), '😀'.repeat(255)),
      fc.jsonValue(),
    )
    for (const kind of builtInValidators.values()) {
      const schemaFaults = compileStrict(configSchemaOf(kind))
      const keys = kind.roles.flatMap(({ name }) => [name, `${name}_source`, `${name}_slot`])
      const anyConfig = fc.dictionary(fc.constantFrom(...keys, 'other'), value)
      fc.assert(
        fc.property(anyConfig, (config) => {
          const places = schemaFaults(config).map(({ instancePath }) => instancePath.slice(1))
          const faults = configFaults(kind, config as JsonObject, '').map(({ field }) => field)
          expect(new Set(faults)).toEqual(new Set(places))
        }),
      )
    }
  })
})
