import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { ErrorBody } from '../contract/common.ts'
import { SignInLink, SignInLinkInput, SignInQuery } from '../contract/sign-in.ts'
import type { Db } from '../db/client.ts'
import { AppError } from '../errors.ts'
import { absoluteAddress } from '../lib/absolute-address.ts'
import { wireTime } from '../lib/wire-time.ts'
import { callerOf } from './route-access.ts'
import { sessionCookie } from './session-cookie.ts'
import { createSignInCode, sessionLivesSeconds, signIn, signOut } from './sign-in.service.ts'
import { refusedSignInPage } from './sign-in-page.ts'
import { signInPath } from './token.ts'

/** At the root: where a sign-in link leads. */
export function signInPageRoute({ db }: { db: Db }): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      '/sign-in',
      {
        // A HEAD, as link checkers send it, must not use the code up.
        exposeHeadRoute: false,
        // The address holds the code, which is no line for a log.
        logLevel: 'warn',
        config: { access: 'public' },
        schema: {
          summary: 'Sign a browser in with a one-time code',
          querystring: SignInQuery,
          response: { 303: Type.Null(), 401: Type.Union([Type.String(), ErrorBody]) },
        },
      },
      async (request, reply) => {
        const from = { address: request.ip, requestId: request.id }
        const token = await signIn(db, request.query.code, from).catch((error: unknown) => {
          if (error instanceof AppError && error.code === 'unauthorized' && isBrowser(request)) return null
          throw error
        })
        if (token === null) return reply.status(401).type('text/html').send(refusedSignInPage)
        return reply
          .header('set-cookie', sessionCookie(request, token, sessionLivesSeconds))
          .header('cache-control', 'no-store')
          .header('referrer-policy', 'no-referrer')
          .redirect('/', 303)
      },
    )
  }
}

function isBrowser(request: FastifyRequest): boolean {
  return request.headers.accept?.includes('text/html') === true
}

export function signInRoutes({
  db,
  publicUrl,
}: {
  db: Db
  publicUrl: string | undefined
}): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.post(
      '/sign-in-links',
      {
        config: { access: 'owner' },
        schema: {
          summary: 'Make a link that signs a member in once, within 15 minutes',
          body: SignInLinkInput,
          response: { 201: SignInLink },
        },
      },
      async (request, reply) => {
        const made = await createSignInCode(db, callerOf(request), request.body)
        return reply.status(201).send({
          url: absoluteAddress(publicUrl, request, signInPath(made.code)),
          member_id: made.memberId,
          expires_at: wireTime(made.expiresAt),
        })
      },
    )

    app.post(
      '/sign-out',
      {
        config: { access: 'reader' },
        schema: {
          summary: 'End this browser session',
          response: { 204: Type.Null() },
        },
      },
      async (request, reply) => {
        await signOut(db, callerOf(request))
        return reply
          .header('set-cookie', sessionCookie(request, '', 0))
          .status(204)
          .send(null)
      },
    )
  }
}
