import { buildClientSchema, getIntrospectionQuery, printSchema } from 'graphql'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { sendGraphql } from '../helpers/graphql.ts'
import { startTestApp, type TestApp } from '../helpers/test-app.ts'

let app: TestApp
beforeAll(async () => {
  app = await startTestApp()
})
afterAll(() => app.stop())

it('the schema is the one that is committed; `npm run openapi` writes it anew', async () => {
  const { body } = await sendGraphql(app, getIntrospectionQuery({ inputValueDeprecation: true }))
  const text = printSchema(buildClientSchema(body.data))
  await expect(`${text}\n`).toMatchFileSnapshot('../../schema.graphql')
})
