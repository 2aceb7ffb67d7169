/** HTTP to one API server with the kubeconfig's own authentication; every answer is bounded in time and size. */
import http from 'node:http'
import https from 'node:https'
import type { KubeConfig } from '@kubernetes/client-node'
import { ClusterError } from '../../../ports/cluster.ts'
import { explain } from './explain.ts'

export type KubeRequest = {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  path: string
  query?: Record<string, string | undefined>
  body?: string
  contentType?: string
  signal?: AbortSignal
  timeoutMilliseconds?: number
}
export type KubeResponse = { status: number; stream: http.IncomingMessage }

const maxBytes = 64 * 1024 * 1024

/** What the kubeconfig adds to the headers: a bearer token, or nothing. */
const authentication = (headers: https.RequestOptions['headers']): http.OutgoingHttpHeaders =>
  Object.fromEntries(Object.entries(headers ?? {}))

/** Reads the kubeconfig, or the account of the pod, as it is now. */
export type LoadConfig = () => KubeConfig

const baseOf = (config: KubeConfig) => {
  const cluster = config.getCurrentCluster()
  if (!cluster) throw new Error(`The kubeconfig has no cluster for the context ${config.getCurrentContext()}`)
  return new URL(cluster.server)
}

export function createTransport(load: LoadConfig, clusterName: string) {
  let config = load()
  let base = baseOf(config)
  const plainAgent = new http.Agent({ keepAlive: true, maxSockets: 64 })

  /** Tokens and addresses are rotated by writing the file anew: false when it cannot be read now. */
  function reload(): boolean {
    try {
      const read = load()
      base = baseOf(read)
      config = read
      return true
    } catch {
      return false // Half-written or gone for a moment: what the cluster said stands.
    }
  }

  const unreachable = (cause: unknown) =>
    new ClusterError('unreachable', {
      detail: `The cluster ${clusterName} does not answer${reasonOf(cause)}.`,
      remedy: 'Wait a moment. If it stays, a platform admin finds the cause on the integrations page.',
      cause,
    })

  /** A refused token may have been rotated meanwhile: it is read again and tried once more. */
  async function open(request: KubeRequest): Promise<KubeResponse> {
    const answer = await send(request)
    if (answer.status !== 401 || !reload()) return answer
    answer.stream.destroy()
    return send(request)
  }

  async function send(request: KubeRequest, isAgain = false): Promise<KubeResponse> {
    const options: https.RequestOptions = { headers: {} }
    await config.applyToHTTPSOptions(options)
    const url = new URL(base.pathname.replace(/\/$/, '') + request.path, base)
    for (const [name, value] of Object.entries(request.query ?? {}))
      if (value !== undefined) url.searchParams.set(name, value)
    const plain = url.protocol === 'http:'
    const headers: http.OutgoingHttpHeaders = {
      ...authentication(options.headers),
      accept: 'application/json',
      ...(request.body === undefined
        ? {}
        : {
            'content-type': request.contentType ?? 'application/json',
            'content-length': Buffer.byteLength(request.body),
          }),
    }
    return new Promise((resolve, reject) => {
      const begin = plain ? http.request : https.request
      const { headers: _, ...rest } = options
      const outgoing = begin(url, {
        ...rest,
        ...(plain ? { agent: plainAgent } : {}),
        method: request.method,
        headers,
        signal: request.signal,
      })
      const timeout = request.timeoutMilliseconds ?? 15_000
      const timer = setTimeout(() => outgoing.destroy(new Error(`no answer within ${timeout} ms`)), timeout)
      outgoing.once('response', (stream) => {
        clearTimeout(timer)
        resolve({ status: stream.statusCode ?? 0, stream })
      })
      outgoing.once('error', (error) => {
        clearTimeout(timer)
        // A kept connection that the server was just closing: nothing was read of the request, so it is sent anew.
        const wasClosing = outgoing.reusedSocket && 'code' in error && error.code === 'ECONNRESET'
        if (wasClosing && !isAgain && !request.signal?.aborted) resolve(send(request, true))
        else reject(request.signal?.aborted ? error : unreachable(error))
      })
      outgoing.end(request.body)
    })
  }

  async function text(request: KubeRequest): Promise<{ status: number; text: string }> {
    const { status, stream } = await open(request)
    const timer = setTimeout(
      () => stream.destroy(new Error('the answer stopped half-way')),
      request.timeoutMilliseconds ?? 30_000,
    )
    try {
      const chunks: Buffer[] = []
      let size = 0
      for await (const chunk of stream) {
        size += chunk.length
        if (size > maxBytes) throw new Error('the answer is larger than 64 MiB')
        chunks.push(chunk)
      }
      return { status, text: Buffer.concat(chunks).toString('utf8') }
    } catch (error) {
      throw unreachable(error)
    } finally {
      clearTimeout(timer)
    }
  }

  /** A JSON answer of a success, undefined for 404, an explained error for the rest. */
  async function json(request: KubeRequest): Promise<unknown | undefined> {
    const answer = await text(request)
    if (answer.status === 404) return undefined
    if (answer.status < 300) return JSON.parse(answer.text)
    throw refused(answer.status, answer.text)
  }

  const refused = (status: number, body: string) => explain(clusterName, status, body)

  /** For people: where it is asked. */
  const address = () => base.origin

  return { open, text, json, refused, address }
}
export type Transport = ReturnType<typeof createTransport>

/** What the machine says of the failure, where that helps whoever mends it. */
function reasonOf(cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  const known: Record<string, string> = {
    ECONNREFUSED: 'nothing listens there',
    ENOTFOUND: 'its name is not known',
    EAI_AGAIN: 'its name cannot be looked up now',
    ECONNRESET: 'it broke the connection off',
    CERT_HAS_EXPIRED: 'its certificate has expired',
    DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is not trusted',
    SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is not trusted',
    UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is not trusted',
    ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another address',
  }
  return known[code] ? `: ${known[code]}` : ''
}

export function safeJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined // Not JSON: the caller says what it means.
  }
}
