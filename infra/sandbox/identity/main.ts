import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { announce } from '#sandbox/process/local-process.ts'
import { startIdentity } from './identity.ts'
import { IdentityUser } from './people/users.ts'

const { values } = parseArgs({
  options: {
    host: { type: 'string', default: '127.0.0.1' },
    port: { type: 'string', default: '0' },
    state: { type: 'string' },
    issuer: { type: 'string' },
    'client-id': { type: 'string' },
    'client-secret': { type: 'string' },
    'redirect-uri': { type: 'string', multiple: true },
    'post-logout-redirect-uri': { type: 'string', multiple: true },
    'admin-token': { type: 'string' },
    users: { type: 'string' },
  },
})
const flags = z
  .object({
    state: z.string({ error: '--state DIR is needed' }),
    'client-id': z.string({ error: '--client-id is needed' }),
    'client-secret': z.string({ error: '--client-secret is needed' }),
    'redirect-uri': z.array(z.url(), { error: '--redirect-uri URL is needed' }),
  })
  .safeParse(values)
if (!flags.success) {
  console.error(flags.error.issues.map((issue) => issue.message).join('\n'))
  process.exit(2)
}

const identity = await startIdentity({
  host: values.host,
  port: Number(values.port),
  state: flags.data.state,
  issuer: values.issuer,
  clientId: flags.data['client-id'],
  clientSecret: flags.data['client-secret'],
  redirectUris: flags.data['redirect-uri'],
  postLogoutRedirectUris: values['post-logout-redirect-uri'],
  adminToken: values['admin-token'],
  users: values.users ? z.array(IdentityUser).parse(JSON.parse(readFileSync(values.users, 'utf8'))) : undefined,
})
announce({ url: identity.url, issuer: values.issuer ?? identity.url }, identity.close)
