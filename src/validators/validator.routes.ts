import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { closed, PageQuery } from '../contract/common.ts'
import { type Validator, ValidatorPage } from '../contract/validator.ts'
import { pageOfList } from '../lib/page.ts'
import { configSchemaOf } from './role-source.ts'
import type { ValidatorKind, Validators } from './validator.ts'

export function validatorRoutes({ validators }: { validators: Validators }): FastifyPluginAsyncTypebox {
  const items = [...validators.values()].map(validatorFromKind)
  return async (app) => {
    app.get(
      '/validators',
      {
        config: { access: 'reader' },
        schema: {
          summary: 'List the validators that a step may run, with the files that each needs',
          querystring: closed(PageQuery),
          response: { 200: ValidatorPage },
        },
      },
      async (request) => pageOfList(items, request.query),
    )
  }
}

function validatorFromKind(kind: ValidatorKind): Validator {
  const { name, title, description, roles } = kind
  return { name, title, description, roles: [...roles], config_schema: configSchemaOf(kind) }
}
