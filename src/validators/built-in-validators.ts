import type { ValidatorKind, Validators } from './validator.ts'

const kinds: readonly ValidatorKind[] = [
  {
    name: 'energyplus',
    title: 'EnergyPlus',
    description: 'Checks a building model (IDF or epJSON) against its weather file and simulates it',
    roles: [{ name: 'weather_file', label: 'weather file', file_types: ['epw'], required: true }],
  },
  {
    name: 'fmi',
    title: 'FMI',
    description: 'Checks the model description of an FMU, and its inputs against a table of time series',
    roles: [{ name: 'input_data', label: 'input data file', file_types: ['csv'], required: false }],
  },
  {
    name: 'xml',
    title: 'XML',
    description: 'Checks that a document is well formed and, with a schema, that it is valid',
    roles: [{ name: 'schema', label: 'schema', file_types: ['xsd', 'rng', 'dtd'], required: false }],
  },
  {
    name: 'json-schema',
    title: 'JSON Schema',
    description: 'Checks a JSON document against a JSON Schema',
    roles: [{ name: 'schema', label: 'JSON schema', file_types: ['json'], required: true }],
  },
  {
    name: 'csv',
    title: 'CSV',
    description: 'Checks a table by the rules in its config',
    roles: [],
  },
  {
    name: 'command',
    title: 'Command',
    description: 'Runs a program that is registered with this deployment; it is handed every file',
    roles: [],
    takesEveryFile: true,
  },
]

export const builtInValidators: Validators = new Map(kinds.map((kind) => [kind.name, kind]))
