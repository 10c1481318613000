import type { Answer, TestApp } from './test-app.ts'

/** Sends a document as a client does. */
export function sendGraphql(
  app: TestApp,
  query: string,
  variables?: object,
  options: { token?: string; headers?: Record<string, string>; operationName?: string } = {},
): Promise<Answer> {
  const { token, headers, operationName } = options
  return app.request(
    'POST',
    '/graphql',
    {
      query,
      ...(variables === undefined ? {} : { variables }),
      ...(operationName === undefined ? {} : { operationName }),
    },
    token,
    headers,
  )
}
