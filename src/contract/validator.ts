import { type Static, Type } from 'typebox'
import { closed, pageOf } from './common.ts'
import type { JsonObject } from './json.ts'

/** A file that a validator needs beside the primary one. */
export const ValidatorRole = closed(
  {
    name: Type.String({ examples: ['weather_file'] }),
    label: Type.String({ examples: ['weather file'] }),
    file_types: Type.Array(Type.String()),
    required: Type.Boolean(),
  },
  { title: 'ValidatorRole' },
)
export type ValidatorRole = Static<typeof ValidatorRole>

export const Validator = closed(
  {
    name: Type.String({ examples: ['energyplus'] }),
    title: Type.String({ examples: ['EnergyPlus'] }),
    description: Type.String(),
    roles: Type.Array(ValidatorRole),
    config_schema: Type.Unsafe<JsonObject>({
      type: 'object',
      description: "A JSON Schema of the config of a step: where each role's file comes from",
    }),
  },
  { title: 'Validator' },
)
export type Validator = Static<typeof Validator>
export const ValidatorPage = pageOf(Validator)
