/** The Kubernetes API over plain HTTP. Where the cluster is and how to sign in comes from the official client's config. */
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest, type RequestOptions } from 'node:https'
import { text } from 'node:stream/consumers'
import { KubeConfig } from '@kubernetes/client-node'
import { z } from 'zod'

const REQUEST_MILLISECONDS = 30_000
const KEPT_OPEN = { keepAlive: true, maxFreeSockets: 8 }
const MOST_ATTEMPTS = 3

class LostConnection extends Error {
  constructor(cause: Error) {
    super(cause.message, { cause })
  }
}

export class KubernetesError extends Error {
  readonly code: number
  readonly reason: string

  constructor(code: number, reason: string, message: string) {
    super(message)
    this.code = code
    this.reason = reason
  }
}

export type Query = Readonly<Record<string, string | number | boolean | undefined>>

export type KubernetesClient = {
  get: (path: string, query?: Query, signal?: AbortSignal) => Promise<unknown>
  delete: (path: string) => Promise<void>
  /** Server-side apply; what this manager applied before and leaves out now is taken away. */
  apply: (path: string, manager: string, object: object) => Promise<unknown>
  /** The open response of a watch; the caller reads it and ends it. */
  stream: (path: string, query: Query, signal: AbortSignal) => Promise<IncomingMessage>
}

const Status = z.object({ message: z.string().default(''), reason: z.string().default('') })

export const loadKubeConfig = (file: string | undefined, context: string | undefined): KubeConfig => {
  const config = new KubeConfig()
  if (file) config.loadFromFile(file)
  else config.loadFromDefault()
  if (context) config.setCurrentContext(context)
  const cluster = config.getCurrentCluster()
  if (!cluster)
    throw new Error(
      `The kubeconfig has no cluster for the context "${config.getCurrentContext()}". Pass --context with one of: ${config
        .getContexts()
        .map((entry) => entry.name)
        .join(', ')}.`,
    )
  if (!cluster.server.startsWith('http:')) return config
  // The library refuses plain HTTP unless TLS checks are off, even where there is no TLS to check.
  config.clusters = config.clusters.map((entry) => (entry === cluster ? { ...entry, skipTLSVerify: true } : entry))
  return config
}

/** Tokens and certificates are rotated on disk: when the server no longer takes ours, they are read again. */
export const kubernetesClient = (load: () => KubeConfig): KubernetesClient => {
  let config = load()
  // The library's own agents make a new connection, and a new handshake, for every request.
  const agents = { http: new HttpAgent(KEPT_OPEN), https: new HttpsAgent(KEPT_OPEN) }

  const send = async (
    method: string,
    path: string,
    query: Query,
    signal: AbortSignal,
    body?: string,
  ): Promise<IncomingMessage> => {
    const base = config.getCurrentCluster()?.server ?? ''
    const url = new URL(`${base.replace(/\/$/, '')}${path}`)
    for (const [key, value] of Object.entries(query)) if (value !== undefined) url.searchParams.set(key, String(value))
    const options: RequestOptions = {
      method,
      signal,
      headers: {
        accept: 'application/json',
        'user-agent': 'modelyard-agent',
        ...(body !== undefined && {
          'content-type': 'application/apply-patch+yaml',
          'content-length': Buffer.byteLength(body),
        }),
      },
    }
    await config.applyToHTTPSOptions(options)
    if (!config.getCurrentCluster()?.proxyUrl) options.agent = url.protocol === 'http:' ? agents.http : agents.https
    const response = await open(url, options, body)
    if (response.statusCode === 401) config = reload(load, config)
    return response
  }

  const call = async (
    method: string,
    path: string,
    query: Query = {},
    signal?: AbortSignal,
    body?: string,
  ): Promise<unknown> => {
    const deadline = AbortSignal.timeout(REQUEST_MILLISECONDS)
    const response = await send(method, path, query, signal ? AbortSignal.any([signal, deadline]) : deadline, body)
    return await answerOf(response)
  }

  return {
    get: (path, query, signal) => call('GET', path, query, signal),
    delete: async (path) => {
      await call('DELETE', path)
    },
    // JSON is YAML, so the apply patch can be written as JSON.
    apply: (path, manager, object) =>
      call('PATCH', path, { fieldManager: manager, force: true }, undefined, JSON.stringify(object)),
    stream: async (path, query, signal) => {
      const response = await send('GET', path, query, signal)
      if ((response.statusCode ?? 0) >= 400) await answerOf(response)
      return response
    },
  }
}

/**
 * A connection that was kept open may have been closed by the server just as we send; all our requests may be sent twice.
 */
const open = async (url: URL, options: RequestOptions, body: string | undefined): Promise<IncomingMessage> => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await openOnce(url, options, body)
    } catch (error) {
      if (!(error instanceof LostConnection)) throw error
      if (attempt === MOST_ATTEMPTS || options.signal?.aborted) throw error.cause
    }
  }
}

const openOnce = (url: URL, options: RequestOptions, body: string | undefined): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    const request = (url.protocol === 'http:' ? httpRequest : httpsRequest)(url, options, resolve)
    request.on('error', (error) => reject(request.reusedSocket ? new LostConnection(error) : error))
    request.end(body)
  })

/** A file that is just being written may be broken for a moment: then what was there before has to do. */
const reload = (load: () => KubeConfig, before: KubeConfig): KubeConfig => {
  try {
    return load()
  } catch {
    return before
  }
}

const answerOf = async (response: IncomingMessage): Promise<unknown> => {
  const code = response.statusCode ?? 0
  const body = parse(await text(response))
  if (code < 400) return body
  const status = Status.safeParse(body)
  throw new KubernetesError(
    code,
    status.data?.reason ?? '',
    `The API server answered ${code}: ${status.data?.message || response.statusMessage}`,
  )
}

const parse = (body: string): unknown => {
  try {
    return JSON.parse(body)
  } catch {
    return undefined // a proxy's error page; the status code says enough
  }
}
