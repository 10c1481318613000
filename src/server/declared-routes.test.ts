import Fastify from 'fastify'
import { expect, test } from 'vitest'
import { requireDeclaredAccess } from './declared-routes.ts'

test('a route that does not say what it asks of its caller is refused', () => {
  const app = Fastify()
  requireDeclaredAccess(app)
  expect(() => app.get('/open', async () => 'hello')).toThrow(
    'GET /open does not declare what it asks of its caller',
  )
})

test('every route that the app answers is listed, the HEAD of a GET too', async () => {
  const app = Fastify()
  requireDeclaredAccess(app)
  app.get('/a', { config: { access: 'reader' } }, async () => 'a')
  await app.register(
    async (part) => {
      part.route({
        method: ['PUT', 'POST'],
        url: '/b',
        config: { access: 'author' },
        handler: async () => 'b',
      })
    },
    { prefix: '/part' },
  )
  expect(app.declaredRoutes).toEqual(
    expect.arrayContaining([
      { method: 'GET', url: '/a', access: 'reader' },
      { method: 'HEAD', url: '/a', access: 'reader' },
      { method: 'PUT', url: '/part/b', access: 'author' },
      { method: 'POST', url: '/part/b', access: 'author' },
    ]),
  )
})
