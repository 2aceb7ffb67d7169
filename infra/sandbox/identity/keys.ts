import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { exportJWK, generateKeyPair } from 'jose'
import { z } from 'zod'
import { readFileIfPresent, writeFileAtomically } from '#sandbox/process/atomic-file.ts'

const SigningKey = z.looseObject({
  kty: z.literal('RSA'),
  kid: z.string(),
  alg: z.literal('RS256'),
  use: z.literal('sig'),
})
const KeyFile = z.object({ cookieSecret: z.string(), signing: z.array(SigningKey).min(1) })
export type KeyFile = z.infer<typeof KeyFile>

const newSigningKey = async () => {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true })
  return SigningKey.parse({
    ...(await exportJWK(privateKey)),
    kid: randomBytes(8).toString('hex'),
    alg: 'RS256',
    use: 'sig',
  })
}

/** The provider's keys. The first one signs; older ones stay published so that tokens of before a rotation verify. */
export async function openKeys(state: string) {
  const path = join(state, 'keys.json')
  const stored = readFileIfPresent(path)
  let keys: KeyFile = stored
    ? KeyFile.parse(JSON.parse(stored))
    : { cookieSecret: randomBytes(32).toString('base64url'), signing: [await newSigningKey()] }
  const save = () => writeFileAtomically(path, JSON.stringify(keys))
  if (!stored) save()

  return {
    current: () => keys,
    async rotate(dropOld: boolean): Promise<void> {
      keys = { ...keys, signing: [await newSigningKey(), ...(dropOld ? [] : keys.signing)].slice(0, 4) }
      save()
    },
  }
}
export type Keys = Awaited<ReturnType<typeof openKeys>>
