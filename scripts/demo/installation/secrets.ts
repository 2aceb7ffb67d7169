import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { z } from 'zod'
import { readJson, writeWhole } from '../../supervisor/records.ts'

const names = [
  'postgresPassword',
  'sessionSecret',
  'oidcClientSecret',
  'gitToken',
  'gitWebhookSecret',
  'gitOauthClientSecret',
] as const
const Secrets = z.record(z.enum(names), z.string().min(20))
export type Secrets = z.infer<typeof Secrets>

/** Random, made once for each installation, readable by its owner alone. One that a later version needs is added. */
export function secretsOf(state: string): Secrets {
  const file = join(state, 'secrets.json')
  const known = readJson(file, z.partialRecord(z.enum(names), z.string().min(20))) ?? {}
  if (names.every((name) => known[name] !== undefined)) return Secrets.parse(known)
  const fresh = Object.fromEntries(names.map((name) => [name, randomBytes(24).toString('base64url')]))
  const made = Secrets.parse({ ...fresh, ...known })
  writeWhole(file, JSON.stringify(made, undefined, 2), 0o600)
  return made
}
