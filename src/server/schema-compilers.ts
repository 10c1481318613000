import { AjvCompiler, type BuildCompilerFromPool } from '@fastify/ajv-compiler'
import { maxFaults } from '../errors.ts'
import { isTime } from '../lib/wire-time.ts'
import type { SchemaFault } from './fault-message.ts'

type Compile = ReturnType<BuildCompilerFromPool>
type Validate = ReturnType<Compile>
type Part = Parameters<Compile>[0]

/** Bodies are taken as they are; addresses and headers, being text, are coerced. Nothing is ever dropped. */
const buildValidator: BuildCompilerFromPool = (externalSchemas) => {
  const build = AjvCompiler()
  const compilerFor = (options: object): Compile =>
    build(externalSchemas, {
      customOptions: { removeAdditional: false, verbose: true, ...options },
      onCreate: (ajv) => void ajv.addFormat('date-time', isTime),
    })
  const strict = { coerceTypes: false, useDefaults: false }
  const decide = compilerFor({ ...strict, allErrors: false })
  const collect = compilerFor({ ...strict, allErrors: true, code: { process: stopAtMaxFaults } })
  const coerce = compilerFor({ coerceTypes: 'array', useDefaults: true, allErrors: true })
  return (part) => (isBody(part) ? bodyValidator(part, decide, collect) : coerce(part))
}

/**
 * Decides at the first fault; only a body that has one is looked through for the others, up to `maxFaults`. A
 * body of 32 MB that is nothing but faults would otherwise hold the server for many seconds.
 */
function bodyValidator(part: Part, decide: Compile, collect: Compile): Validate {
  const isValid = decide(part)
  let findFaults: Validate | undefined
  const validate = Object.assign(
    (body: unknown): boolean => {
      if (isValid(body)) {
        validate.errors = null
        return true
      }
      findFaults ??= collect(part)
      validate.errors = collectedBy(findFaults, body) ?? isValid.errors ?? []
      return false
    },
    { errors: null as Validate['errors'] },
  )
  // Of Ajv's validators Fastify uses the call and `errors`.
  return validate as unknown as Validate
}

function collectedBy(findFaults: Validate, body: unknown) {
  try {
    findFaults(body)
    return findFaults.errors
  } catch (thrown) {
    if (Array.isArray(thrown)) return thrown
    throw thrown
  }
}

/** Ajv has no limit of its own for `allErrors`; the code that it generates throws what it has at the limit. */
function stopAtMaxFaults(code: string): string {
  return code.replaceAll(
    /vErrors\.push\((err\d+)\)/g,
    `(vErrors.push($1) < ${maxFaults} || (() => { throw vErrors })())`,
  )
}

/** Fastify hands over the schema together with the part of the request that it is for. */
function isBody(part: unknown): boolean {
  return typeof part === 'object' && part !== null && 'httpPart' in part && part.httpPart === 'body'
}

let compileAny: Compile | undefined

/** For what is no body of a route and is held to its schema as strictly: gives the faults of a value. */
export function compileStrict(schema: object): (value: unknown) => SchemaFault[] {
  compileAny ??= buildValidator({})
  const validate = compileAny({ schema, method: 'POST', url: '', httpPart: 'body' })
  // With `verbose` each fault holds what it was found in.
  return (value) => (validate(value) ? [] : ((validate.errors ?? []) as SchemaFault[]))
}

/** Answers are written as they are: a schema that lags behind must not silently drop a field. */
export const compilersFactory = {
  buildValidator,
  buildSerializer: () => () => (data: unknown) => JSON.stringify(data),
}
