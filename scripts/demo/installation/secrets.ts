import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { z } from 'zod'
import { readJson, writeWhole } from '../../supervisor/records.ts'

const names = ['postgresPassword', 'sessionSecret', 'oidcClientSecret', 'gitToken', 'gitWebhookSecret'] as const
const Secrets = z.record(z.enum(names), z.string().min(20))
export type Secrets = z.infer<typeof Secrets>

/** Random, made once for each installation, readable by its owner alone. */
export function secretsOf(state: string): Secrets {
  const file = join(state, 'secrets.json')
  const known = readJson(file, Secrets)
  if (known) return known
  const made = Secrets.parse(Object.fromEntries(names.map((name) => [name, randomBytes(24).toString('base64url')])))
  writeWhole(file, JSON.stringify(made, undefined, 2), 0o600)
  return made
}
