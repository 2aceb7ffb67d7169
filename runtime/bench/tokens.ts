/** Tokens as the portal issues them, for a runtime that asks for one with each request. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'

export interface Tokens {
  /** Command-line flags that make the runtime ask for them. */
  flags: string[]
  bearer: (tenant: string) => string
}

const ISSUER = 'https://portal.example'
const AUDIENCE = 'modelyard-runtime'

export const makeTokens = async (folder: string, tenants: readonly string[]): Promise<Tokens> => {
  const { privateKey, publicKey } = await generateKeyPair('ES256')
  const jwks = join(folder, 'keys.json')
  await writeFile(jwks, JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: 'bench', alg: 'ES256' }] }))
  const signed = new Map<string, string>()
  for (const tenant of tenants) {
    const token = await new SignJWT({ iss: ISSUER, aud: AUDIENCE, tenant })
      .setProtectedHeader({ alg: 'ES256', kid: 'bench' })
      .setExpirationTime('2h')
      .sign(privateKey)
    signed.set(tenant, `Bearer ${token}`)
  }
  return {
    flags: ['--jwks', jwks, '--issuer', ISSUER, '--audience', AUDIENCE],
    bearer: (tenant) => signed.get(tenant) ?? '',
  }
}
