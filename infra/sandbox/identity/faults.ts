import { importJWK, SignJWT, UnsecuredJWT } from 'jose'
import { z } from 'zod'
import type { KeyFile } from './keys.ts'

/** What a test can make the provider do wrong. An empty object means: behave. */
export const Faults = z.strictObject({
  idToken: z
    .enum(['wrong-issuer', 'wrong-audience', 'wrong-nonce', 'alg-none', 'expired', 'bad-signature', 'unknown-key'])
    .optional(),
  /** `huge` sends 2,000 groups; `absent` sends none and points elsewhere, as Entra ID does past its limit. */
  groups: z.enum(['huge', 'absent']).optional(),
  delayMilliseconds: z.int().min(0).max(120_000).optional(),
  status: z.int().min(500).max(599).optional(),
})
export type Faults = z.infer<typeof Faults>

export function groupClaims(groups: readonly string[], fault: Faults['groups']): Record<string, unknown> {
  if (fault === 'absent') {
    return {
      _claim_names: { groups: 'overage' },
      _claim_sources: { overage: { endpoint: 'https://graph.example/groups' } },
    }
  }
  if (fault !== 'huge') return { groups }
  const filler = Array.from(
    { length: 2000 - groups.length },
    (_, index) => `company-group-${String(index).padStart(4, '0')}`,
  )
  return { groups: [...filler, ...groups] }
}

/** Signs the claims of a good ID token again, spoiled in the way that was asked for. */
export async function spoilIdToken(
  idToken: string,
  fault: NonNullable<Faults['idToken']>,
  keys: KeyFile,
): Promise<string> {
  const [header = '', payload = ''] = idToken.split('.')
  const claims = z.record(z.string(), z.unknown()).parse(JSON.parse(Buffer.from(payload, 'base64url').toString()))
  if (fault === 'bad-signature') return `${header}.${payload}.${Buffer.alloc(256, 1).toString('base64url')}`

  const now = Math.floor(Date.now() / 1000)
  const spoiled = {
    ...claims,
    ...(fault === 'wrong-issuer' && { iss: 'https://elsewhere.example' }),
    ...(fault === 'wrong-audience' && { aud: 'another-client' }),
    ...(fault === 'wrong-nonce' && { nonce: 'another-nonce' }),
    ...(fault === 'expired' && { iat: now - 7200, exp: now - 3600 }),
  }
  if (fault === 'alg-none') return new UnsecuredJWT(spoiled).encode()
  const key = keys.signing[0]
  if (!key) throw new Error('There is no signing key')
  const kid = fault === 'unknown-key' ? 'not-published' : key.kid
  return new SignJWT(spoiled).setProtectedHeader({ alg: 'RS256', kid }).sign(await importJWK(key, 'RS256'))
}
