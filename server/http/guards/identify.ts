/** From a request to its actor: a token in the Authorization header, or else the session cookie. */
import { failure } from '../../errors.ts'
import type { Foundation } from '../../foundation.ts'
import type { Actor } from '../../permissions/actor.ts'
import { readSession, renewedCookie } from './session.ts'

export type Identified = {
  actor: Actor
  by: 'token' | 'session'
  /** A renewed session cookie to send along. */
  cookie?: string
}

type Needs = Pick<Foundation, 'config' | 'people' | 'tokens'>

export async function identify(headers: Headers, services: Needs, requestId: string | null): Promise<Identified> {
  const { config, people, tokens } = services
  const authorization = headers.get('authorization')
  if (authorization !== null) {
    const secret = /^Bearer ([\x21-\x7e]{1,200})$/i.exec(authorization)?.[1]
    const actor = secret ? await tokens.actorOf(secret, requestId) : undefined
    if (actor) return { actor, by: 'token' }
    throw failure(
      'unauthenticated',
      'The token is unknown, expired or revoked.',
      'Make a new one in the portal and send it as Authorization: Bearer <token>.',
    )
  }
  const session = await readSession(headers.get('cookie'), config)
  const actor = session && (await people.actorOf(session, requestId))
  if (!session || !actor) {
    throw failure('unauthenticated', 'You are not signed in, or your session has ended.', 'Sign in again.')
  }
  const cookie = await renewedCookie(session, config)
  return { actor, by: 'session', ...(cookie ? { cookie } : {}) }
}
