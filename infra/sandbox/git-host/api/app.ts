import { createHmac, generateKeyPairSync, timingSafeEqual } from 'node:crypto'
import { join } from 'node:path'
import { importSPKI, jwtVerify } from 'jose'
import { readFileIfPresent, writeFileAtomically } from '#sandbox/process/atomic-file.ts'
import { ensureAccount, type Host } from '../host.ts'
import { accountView, nodeId } from '../views/account.ts'
import { repositoryView } from '../views/repository.ts'
import { notFound, Problem } from './problems.ts'
import { type Call, created, ok, paged, repositoryRoute, route } from './routes.ts'

export const appId = 1
export const installationId = 1
const createdAt = '2026-01-01T00:00:00Z'
const lifetimeMilliseconds = 3600_000
const permissions = { contents: 'write', pull_requests: 'write', statuses: 'write', checks: 'write', metadata: 'read' }
const events = ['push', 'pull_request', 'pull_request_review', 'status']

/** The one GitHub App of the host: its key pair is made at the first start, its bot may write everywhere. */
export function openApp(host: Host, state: string) {
  const keyPath = join(state, 'app-private-key.pem')
  const publicPath = join(state, 'app-public-key.pem')
  if (!readFileIfPresent(publicPath)) {
    const pair = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
    })
    writeFileAtomically(keyPath, pair.privateKey)
    writeFileAtomically(publicPath, pair.publicKey)
  }
  const publicKey = importSPKI(readFileIfPresent(publicPath) ?? '', 'RS256')
  const bot = ensureAccount(host, { login: 'modelyard[bot]', email: 'app@modelyard.example', type: 'Bot' })
  const sign = (text: string) =>
    createHmac('sha256', host.store.secret).update(`installation:${text}`).digest('base64url')

  return {
    keyPath,
    async isSignedByApp(token: string): Promise<boolean> {
      const options = { maxTokenAge: '11 minutes', clockTolerance: 60, algorithms: ['RS256'] }
      return jwtVerify(token, await publicKey, options).then(
        // Octokit sends the App's number as a number, though the standard wants a string.
        ({ payload }) => String(payload.iss) === String(appId),
        () => false,
      )
    },
    /** Installation tokens carry their own end and signature, so that a restart does not void them. */
    newInstallationToken() {
      const ends = new Date(Math.floor((Date.now() + lifetimeMilliseconds) / 1000) * 1000)
      const text = ends.getTime().toString(36)
      return { token: `ghs_${text}.${sign(text)}`, expires_at: ends.toISOString().replace('.000Z', 'Z') }
    },
    botFor(token: string) {
      const [, text = '', signature = ''] = /^ghs_([0-9a-z]+)\.(.+)$/.exec(token) ?? []
      const [given, right] = [Buffer.from(signature), Buffer.from(sign(text))]
      const genuine = given.length === right.length && timingSafeEqual(given, right)
      return genuine && Number.parseInt(text, 36) > Date.now() ? host.account(bot.id) : undefined
    },
  }
}
export type App = ReturnType<typeof openApp>

const asApp = (call: Call) => {
  if (!call.isApp) throw new Problem(401, 'A JSON web token could not be decoded')
}

function installationView(host: Host) {
  const [repository] = host.store.repositories.filter(() => true)
  const account = repository ? host.account(repository.ownerId) : host.anonymous
  return {
    id: installationId,
    account: accountView(host, account),
    repository_selection: 'all',
    access_tokens_url: `${host.apiUrl}/app/installations/${installationId}/access_tokens`,
    repositories_url: `${host.apiUrl}/installation/repositories`,
    html_url: `${host.url}/`,
    app_id: appId,
    app_slug: 'modelyard',
    target_id: account.id,
    target_type: account.type,
    permissions,
    events,
    single_file_name: null,
    created_at: createdAt,
    updated_at: createdAt,
    suspended_by: null,
    suspended_at: null,
  }
}

export const appRoutes = (app: App) => [
  route('GET', '/app', (call) => {
    asApp(call)
    const { host } = call
    return ok({
      id: appId,
      slug: 'modelyard',
      node_id: nodeId('App', appId),
      owner: accountView(host, host.anonymous),
      name: 'Modelyard',
      description: null,
      external_url: `${host.url}/`,
      html_url: `${host.url}/`,
      created_at: createdAt,
      updated_at: createdAt,
      permissions,
      events,
    })
  }),
  route('GET', '/app/installations', (call) => {
    asApp(call)
    return paged(call, [call.host], installationView)
  }),
  route('GET', '/app/installations/:id', (call) => {
    asApp(call)
    if (call.params.id !== String(installationId)) throw notFound()
    return ok(installationView(call.host))
  }),
  route('POST', '/app/installations/:id/access_tokens', (call) => {
    asApp(call)
    if (call.params.id !== String(installationId)) throw notFound()
    return created({ ...app.newInstallationToken(), permissions, repository_selection: 'all' })
  }),
  route('GET', '/installation/repositories', (call) => {
    if (call.actor?.type !== 'Bot') throw new Problem(403, 'Resource not accessible by personal access token')
    const repositories = call.host.store.repositories.filter(() => true)
    const wrap = (page: unknown[]) => ({
      total_count: repositories.length,
      repository_selection: 'all',
      repositories: page,
    })
    return paged(call, repositories, (repository) => repositoryView(call.host, repository), wrap)
  }),
  repositoryRoute('GET', '/installation', 'read', (call) => {
    asApp(call)
    return ok(installationView(call.host))
  }),
]
