import { parseArgs } from 'node:util'
import { demoUsers } from '#sandbox/identity/people/users.ts'
import { announce } from '#sandbox/process/local-process.ts'
import { startGitHost } from './git-host.ts'

const { values } = parseArgs({
  options: {
    host: { type: 'string', default: '127.0.0.1' },
    port: { type: 'string', default: '0' },
    state: { type: 'string' },
    'admin-token': { type: 'string' },
    'webhook-url': { type: 'string' },
    'webhook-secret': { type: 'string' },
    seed: { type: 'string' },
    'required-status': { type: 'string', multiple: true, default: [] },
    'oauth-client-id': { type: 'string' },
    'oauth-client-secret': { type: 'string' },
    'oauth-redirect-uri': { type: 'string' },
    'demo-people': { type: 'boolean', default: false },
    'rate-limit': { type: 'string', default: '60000' },
  },
})
const { state, 'admin-token': adminToken, 'webhook-url': hookUrl, 'webhook-secret': hookSecret } = values
const { 'oauth-client-id': id, 'oauth-client-secret': secret, 'oauth-redirect-uri': redirectUri } = values
const faults = [
  ...(state ? [] : ['--state DIR is needed']),
  ...(adminToken ? [] : ['--admin-token TOKEN is needed']),
  ...(id && !(secret && redirectUri)
    ? ['--oauth-client-secret and --oauth-redirect-uri are needed with --oauth-client-id']
    : []),
  ...(hookUrl && !hookSecret ? ['--webhook-secret is needed with --webhook-url'] : []),
]
const people = demoUsers.map(({ username, name, email, password }) => ({ login: username, name, email, password }))
if (!state || !adminToken || faults.length > 0) {
  console.error(faults.join('\n'))
  process.exit(2)
}

const gitHost = await startGitHost({
  host: values.host,
  port: Number(values.port),
  state,
  adminToken,
  webhook: hookUrl && hookSecret ? { url: hookUrl, secret: hookSecret } : undefined,
  seed: values.seed ? { folder: values.seed, requiredStatuses: values['required-status'] } : undefined,
  oauth: id && secret && redirectUri ? { id, secret, redirectUri } : undefined,
  people: values['demo-people'] ? people : [],
  rateLimit: Number(values['rate-limit']),
})
const { close, ...ready } = gitHost
announce(ready, close)
