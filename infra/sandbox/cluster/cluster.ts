import { mkdirSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { authenticate } from './authorization/authenticate.ts'
import { Authorizer, denial } from './authorization/authorizer.ts'
import { TokenTable } from './authorization/tokens.ts'
import { bootstrap } from './bootstrap.ts'
import type { Call, Cluster } from './call.ts'
import { Faults } from './faults.ts'
import { answerOther } from './http/other-paths.ts'
import { resourceRequest } from './http/request-info.ts'
import { sendObject, toStatus } from './http/respond.ts'
import { forbidden, forbiddenPath, notInSandbox } from './http/status.ts'
import { Catalogue } from './kinds/catalogue.ts'
import { writeKubeconfig } from './kubeconfig.ts'
import { handle } from './resources/handle.ts'
import { Store } from './storage/store.ts'
import { ensureCertificate } from './tls.ts'

export type ClusterOptions = {
  state: string
  host?: string
  port?: number
  tls?: boolean
  bookmarkMilliseconds?: number
  log?: (message: string) => void
}

export type RunningCluster = {
  url: string
  kubeconfig: string
  adminToken: string
  certificate?: string
  close: () => Promise<void>
}

/** Groups that belong to Kubernetes itself: what is missing there is missing in the sandbox, not in the cluster's setup. */
const isKubernetesGroup = (group: string) =>
  !group.includes('.') || (group.endsWith('.k8s.io') && !group.endsWith('metrics.k8s.io'))

export async function startCluster(options: ClusterOptions): Promise<RunningCluster> {
  const { state, host = '127.0.0.1', port = 0, log = () => {} } = options
  mkdirSync(state, { recursive: true })
  const store = new Store(join(state, 'objects'))
  const cluster: Cluster = {
    store,
    catalogue: new Catalogue(store),
    authorizer: new Authorizer(store),
    tokens: new TokenTable(state),
    bookmarkMilliseconds: options.bookmarkMilliseconds ?? 10_000,
    log,
  }
  bootstrap(store)
  const faults = new Faults(store)
  const answer = (request: IncomingMessage, response: ServerResponse) =>
    void respond(cluster, faults, request, response)
  const certificate = options.tls ? ensureCertificate(state, host) : undefined
  const server = certificate ? createSecureServer(certificate, answer) : createServer(answer)
  server.keepAliveTimeout = 65_000
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
  const url = `${certificate ? 'https' : 'http'}://${host}:${boundPort(server.address())}`
  const kubeconfig = join(state, 'kubeconfig')
  const access = { url, user: 'admin', token: cluster.tokens.adminToken }
  writeKubeconfig(kubeconfig, certificate ? { ...access, certificate: certificate.cert } : access)
  return {
    url,
    kubeconfig,
    adminToken: cluster.tokens.adminToken,
    ...(certificate ? { certificate: certificate.cert } : {}),
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
      store.close()
    },
  }
}

const boundPort = (address: AddressInfo | string | null): number =>
  typeof address === 'object' && address ? address.port : 0

async function respond(
  cluster: Cluster,
  faults: Faults,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const url = new URL(request.url ?? '/', 'http://cluster')
    const method = request.method ?? 'GET'
    const user = authenticate(cluster, request)
    if (url.pathname === '/sandbox/faults') return await faults.control(user, request, response)
    const fault = await faults.meet(method, url, response)
    if (fault === 'answered') return

    const path = url.pathname
      .split('/')
      .filter((part) => part !== '')
      .map(decodeURIComponent)
    const info = resourceRequest(method, path, url.searchParams)
    if (!info) {
      const wanted = {
        verb: method.toLowerCase(),
        group: '',
        resource: '',
        subresource: '',
        namespace: '',
        name: '',
        path: url.pathname,
      }
      if (!cluster.authorizer.allows(user, wanted)) throw forbiddenPath(denial(user, wanted))
      return await answerOther(cluster, request, response, path)
    }
    const wanted = { ...info, resource: info.plural }
    if (!cluster.authorizer.allows(user, wanted))
      throw forbidden({ ...info, kind: '' }, info.name, denial(user, wanted))
    const kind = cluster.catalogue.find(info.group, info.version, info.plural)
    if (!kind) {
      if (isKubernetesGroup(info.group)) throw notInSandbox(`${info.group || 'core'}/${info.version} ${info.plural}`)
      response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8' }).end('404 page not found\n')
      return
    }
    const call: Call = {
      cluster,
      user,
      kind,
      info,
      query: url.searchParams,
      accept: request.headers.accept ?? '',
      userAgent: request.headers['user-agent'] ?? '',
      response,
      warnings: [],
    }
    await handle(call, request, () => faults.isStalled(info.plural))
  } catch (error) {
    const status = toStatus(error, cluster.log)
    // What is still on its way must not be taken for the next request.
    if (!request.complete && !response.headersSent) response.setHeader('connection', 'close')
    request.resume()
    if (response.headersSent) response.destroy()
    else sendObject(response, status.code, status.status)
  }
}
