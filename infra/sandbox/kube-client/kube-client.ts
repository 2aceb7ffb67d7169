import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest, type RequestOptions } from 'node:https'
import { KubeConfig } from '@kubernetes/client-node'
import { ApiError } from './api-error.ts'
import { Discovery, pathOf, type ResourceType } from './discovery.ts'
import type { KubeObject } from './objects.ts'

export type Query = Record<string, string | number | boolean | undefined>
type Send = { query?: Query; body?: unknown; contentType?: string; signal?: AbortSignal; timeoutMilliseconds?: number }
export type ApplyOptions = { manager: string; force?: boolean; dryRun?: boolean }
export type DeleteOptions = { propagation?: 'Foreground' | 'Background' | 'Orphan'; uid?: string; gracePeriod?: number }

/** JSON over the Kubernetes API with a kubeconfig's address and credentials. Nothing here knows a kind by name. */
export class KubeClient {
  readonly #config: KubeConfig
  readonly #server: URL
  readonly #agent: HttpAgent | HttpsAgent
  readonly discovery: Discovery

  constructor(config: KubeConfig) {
    const cluster = config.getCurrentCluster()
    if (!cluster) throw new Error('the kubeconfig names no current cluster')
    this.#config = config
    this.#server = new URL(cluster.server)
    const plain = this.#server.protocol === 'http:'
    // client-node refuses plain HTTP unless verification is off; a loopback sandbox has nothing to verify.
    if (plain) config.clusters = config.clusters.map((each) => ({ ...each, skipTLSVerify: true }))
    this.#agent = plain ? new HttpAgent({ keepAlive: true }) : new HttpsAgent({ keepAlive: true, maxSockets: 64 })
    this.discovery = new Discovery((path) => this.send('GET', path))
  }

  /** The API server's address as the kubeconfig writes it. */
  get server(): string {
    return this.#server.href.replace(/\/$/, '')
  }

  /** A kubeconfig for the same server with another token. */
  kubeconfigWith(token: string): unknown {
    const cluster = this.#config.getCurrentCluster()
    const name = 'cluster'
    const trust = cluster?.caData
      ? { 'certificate-authority-data': cluster.caData }
      : { 'insecure-skip-tls-verify': true }
    return {
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': name,
      clusters: [{ name, cluster: { server: this.server, ...trust } }],
      contexts: [{ name, context: { cluster: name, user: name } }],
      users: [{ name, user: { token } }],
    }
  }

  static fromFile(file: string): KubeClient {
    const config = new KubeConfig()
    config.loadFromFile(file)
    return new KubeClient(config)
  }

  /** The one parser of this client: what the API server answers has the schema it enforces for that kind. */
  async send<T>(method: string, path: string, options: Send = {}): Promise<T> {
    const response = await this.open(method, path, { timeoutMilliseconds: 30_000, ...options })
    const body = await textOf(response)
    const code = response.statusCode ?? 0
    if (code >= 400) throw ApiError.from(code, body)
    return (body === '' ? {} : JSON.parse(body)) as T
  }

  /** Opens a request and hands over the response as a stream: for watches and logs. */
  async open(method: string, path: string, options: Send = {}): Promise<IncomingMessage> {
    const url = new URL(this.#server.pathname.replace(/\/$/, '') + path, this.#server)
    for (const [name, value] of Object.entries(options.query ?? {})) {
      if (value !== undefined) url.searchParams.set(name, String(value))
    }
    const auth: RequestOptions = { headers: {} }
    await this.#config.applyToHTTPSOptions(auth)
    const payload = options.body === undefined ? undefined : JSON.stringify(options.body)
    const headers: Record<string, string> = { accept: 'application/json', 'user-agent': 'modelyard-sandbox' }
    for (const [name, value] of Object.entries(auth.headers ?? {})) headers[name] = String(value)
    if (payload !== undefined) {
      headers['content-type'] = options.contentType ?? 'application/json'
      headers['content-length'] = String(Buffer.byteLength(payload))
    }
    const { ca, cert, key, rejectUnauthorized, servername } = auth
    const send = url.protocol === 'http:' ? httpRequest : httpsRequest
    return new Promise((resolve, reject) => {
      const request = send(url, {
        method,
        headers,
        agent: this.#agent,
        signal: options.signal,
        ...definedOnly({ ca, cert, key, rejectUnauthorized, servername }),
      })
      if (options.timeoutMilliseconds) {
        request.setTimeout(options.timeoutMilliseconds, () =>
          request.destroy(new Error(`no answer from ${url.host} within ${options.timeoutMilliseconds} ms`)),
        )
      }
      request.on('response', resolve)
      request.on('error', reject)
      request.end(payload)
    })
  }

  get<T extends KubeObject>(type: ResourceType, namespace: string | undefined, name: string): Promise<T> {
    return this.send('GET', pathOf(type, namespace, name))
  }

  async list<T extends KubeObject>(type: ResourceType, namespace?: string, query: Query = {}): Promise<T[]> {
    const list = await this.send<{ items?: T[] }>('GET', pathOf(type, namespace), { query })
    // Items of a list leave out what the list already says.
    const apiVersion = type.group ? `${type.group}/${type.version}` : type.version
    return (list.items ?? []).map((item) => ({ ...item, apiVersion, kind: type.kind }))
  }

  create<T extends KubeObject>(type: ResourceType, object: T, query: Query = {}): Promise<T> {
    return this.send('POST', pathOf(type, object.metadata.namespace), { body: object, query })
  }

  /** Writes the whole object; refused when it has moved on since it was read. */
  replace<T extends KubeObject>(type: ResourceType, object: T, subresource = ''): Promise<T> {
    const path = pathOf(type, object.metadata.namespace, object.metadata.name)
    return this.send('PUT', subresource ? `${path}/${subresource}` : path, { body: object })
  }

  merge<T extends KubeObject>(
    type: ResourceType,
    namespace: string | undefined,
    name: string,
    patch: unknown,
    subresource = '',
  ): Promise<T> {
    const path = pathOf(type, namespace, name)
    return this.send('PATCH', subresource ? `${path}/${subresource}` : path, {
      body: patch,
      contentType: 'application/merge-patch+json',
    })
  }

  apply<T extends KubeObject>(type: ResourceType, object: KubeObject, options: ApplyOptions): Promise<T> {
    return this.send('PATCH', pathOf(type, object.metadata.namespace, object.metadata.name), {
      body: object,
      contentType: 'application/apply-patch+yaml',
      query: {
        fieldManager: options.manager,
        force: options.force ?? false,
        dryRun: options.dryRun ? 'All' : undefined,
      },
    })
  }

  delete(
    type: ResourceType,
    namespace: string | undefined,
    name: string,
    options: DeleteOptions = {},
  ): Promise<unknown> {
    return this.send('DELETE', pathOf(type, namespace, name), {
      body: {
        apiVersion: 'v1',
        kind: 'DeleteOptions',
        propagationPolicy: options.propagation ?? 'Background',
        gracePeriodSeconds: options.gracePeriod,
        preconditions: options.uid ? { uid: options.uid } : undefined,
      },
    })
  }

  close(): void {
    this.#agent.destroy()
  }
}

const definedOnly = (options: RequestOptions): RequestOptions =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))

const textOf = async (response: IncomingMessage): Promise<string> => {
  const parts: Buffer[] = []
  for await (const part of response) parts.push(part)
  return Buffer.concat(parts).toString('utf8')
}
