/**
 * Bearer tokens, checked without asking anybody: signed by a key of the issuer's key set, and saying which tenant calls
 * and which models it may use. A verified token is remembered until it expires, so its signature costs one request.
 */
import { errors, jwtVerify } from 'jose'
import { z } from 'zod'
import type { ModelRoute } from '../http/route-table.ts'
import { InferenceError } from '../protocol/errors.ts'
import { type KeySetTimes, KeysUnavailable, keySet } from './key-set.ts'

export interface AuthSettings {
  /** Address or file of the key set; empty for a runtime that is open to whoever reaches it. */
  jwks: string
  issuer: string
  audience: string
}

/** The claims of a token: `tenant` "*" is the platform itself; `models` are served names, with `*` at the end for any. */
const Claims = z.object({
  tenant: z.string().min(1).max(63),
  models: z.array(z.string().max(200)).max(1000).optional(),
  exp: z.number(),
})

export type Claims = z.infer<typeof Claims>

/** The caller's tenant, from the text of the Authorization header and the model wanted; throws an InferenceError. */
export type Authorize = (authorization: string, model: ModelRoute | undefined) => string | Promise<string>

const REMEMBERED = 5000
/** Clocks differ by a little. */
const SKEW_SECONDS = 30
const ALGORITHMS = ['ES256', 'ES384', 'EdDSA', 'RS256', 'PS256']

const allows = (claims: Claims, model: ModelRoute): boolean => {
  if (
    claims.models?.some((pattern) =>
      pattern.endsWith('*') ? model.name.startsWith(pattern.slice(0, -1)) : pattern === model.name,
    )
  )
    return true
  // Without a list a token is good for the models of its own tenant.
  return claims.models === undefined && (claims.tenant === '*' || claims.tenant === model.tenant)
}

const reason = (error: unknown): string => {
  if (error instanceof errors.JWTExpired) return 'the token has expired: get a new one from the portal'
  if (error instanceof errors.JWTClaimValidationFailed)
    return `the token is not for this runtime: its "${error.claim}" is wrong`
  return 'the token is not valid: get one from the portal'
}

const tokenIn = (authorization: string): string => {
  const token = /^Bearer ([A-Za-z0-9._~+/-]{1,8192}=*)$/i.exec(authorization)?.[1]
  if (token === undefined) {
    throw new InferenceError(401, 'this runtime asks for a token: send Authorization: Bearer …')
  }
  return token
}

/** Checks the token in a header; remembers what it found out. */
const tokenVerifier = (
  settings: AuthSettings,
  times?: KeySetTimes,
): ((authorization: string) => Claims | Promise<Claims>) => {
  // By the whole header: a connection keeps the text of the one it got, and the text keeps its hash.
  const verified = new Map<string, Claims>()
  // A token whose key was taken away must not live on in our memory.
  const keys = keySet(settings.jwks, () => verified.clear(), times)

  const verify = async (authorization: string): Promise<Claims> => {
    const { payload } = await jwtVerify(tokenIn(authorization), keys.key, {
      algorithms: ALGORITHMS,
      requiredClaims: ['exp', 'tenant'],
      clockTolerance: SKEW_SECONDS,
      ...(settings.issuer !== '' && { issuer: settings.issuer }),
      ...(settings.audience !== '' && { audience: settings.audience }),
    })
    const claims = Claims.parse(payload)
    if (verified.size >= REMEMBERED) verified.clear()
    verified.set(authorization, claims)
    return claims
  }

  return (authorization) => {
    const known = verified.get(authorization)
    if (!known) return verify(authorization)
    keys.refresh()
    if ((known.exp + SKEW_SECONDS) * 1000 > Date.now()) return known
    verified.delete(authorization)
    throw new errors.JWTExpired('expired', {})
  }
}

export const createAuthorizer = (settings: AuthSettings, times?: KeySetTimes): Authorize => {
  if (settings.jwks === '') return (_authorization, model) => model?.tenant ?? ''
  const verify = tokenVerifier(settings, times)

  const decide = (claims: Claims, model: ModelRoute | undefined): string => {
    if (!model || allows(claims, model)) return claims.tenant
    throw new InferenceError(403, `the token of tenant "${claims.tenant}" may not use model "${model.name}"`)
  }

  const refused = (error: unknown): InferenceError => {
    if (error instanceof InferenceError) return error
    if (error instanceof KeysUnavailable)
      return new InferenceError(503, 'the keys that tokens are checked with cannot be had: try again in a moment', 2)
    return new InferenceError(401, reason(error))
  }

  const later = async (claims: Promise<Claims>, model: ModelRoute | undefined): Promise<string> => {
    try {
      return decide(await claims, model)
    } catch (error) {
      throw refused(error)
    }
  }

  return (authorization, model) => {
    try {
      const claims = verify(authorization)
      return claims instanceof Promise ? later(claims, model) : decide(claims, model)
    } catch (error) {
      throw refused(error)
    }
  }
}

/** Those of the models that a caller may know of; without a valid token it is told so. */
export const modelsFor = async (
  authorize: Authorize,
  authorization: string,
  models: readonly ModelRoute[],
): Promise<ModelRoute[]> => {
  await authorize(authorization, undefined)
  const allowed: ModelRoute[] = []
  for (const model of models) {
    try {
      await authorize(authorization, model)
      allowed.push(model)
    } catch (error) {
      if (!(error instanceof InferenceError) || error.status !== 403) throw error
    }
  }
  return allowed
}
