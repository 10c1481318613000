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

const enums = ['status', 'state', 'direction', 'kind', 'role', 'severity']

/** The wire's answer as GraphQL names it. */
export function asGraphql(value: unknown, key = ''): unknown {
  if (key === 'metadata') return value
  if (Array.isArray(value)) return value.map((item) => asGraphql(item))
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([name, child]) => [
        name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase()),
        asGraphql(child, name),
      ]),
    )
  }
  return enums.includes(key) && typeof value === 'string' ? value.toUpperCase() : value
}
