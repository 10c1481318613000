import { AjvCompiler, type BuildCompilerFromPool } from '@fastify/ajv-compiler'

/** So many faults of one request are kept; a huge body of nothing but faults must not fill the memory. */
export const maxKeptFaults = 1000

/** Bodies are taken as they are; addresses and headers, being text, are coerced. Nothing is ever dropped. */
const buildValidator: BuildCompilerFromPool = (externalSchemas) => {
  const build = AjvCompiler()
  const compilerFor = (coerceTypes: false | 'array') =>
    build(externalSchemas, {
      customOptions: {
        coerceTypes,
        removeAdditional: false,
        useDefaults: coerceTypes !== false,
        allErrors: true,
        verbose: true,
        code: { process: capFaults },
      },
    })
  const strict = compilerFor(false)
  const coercing = compilerFor('array')
  return (part) => (isBody(part) ? strict(part) : coercing(part))
}

/** Ajv has no limit of its own for `allErrors`, so the code that it generates is given one. */
function capFaults(code: string): string {
  return code.replaceAll(
    /vErrors\.push\((err\d+)\)/g,
    `(vErrors.length < ${maxKeptFaults} && vErrors.push($1))`,
  )
}

/** Fastify hands over the schema together with the part of the request that it is for. */
function isBody(part: unknown): boolean {
  return typeof part === 'object' && part !== null && 'httpPart' in part && part.httpPart === 'body'
}

/** Answers are written as they are: a schema that lags behind must not silently drop a field. */
export const compilersFactory = {
  buildValidator,
  buildSerializer: () => () => (data: unknown) => JSON.stringify(data),
}
