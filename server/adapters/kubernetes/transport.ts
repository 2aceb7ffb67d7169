/** HTTP to one API server with the kubeconfig's own authentication; every answer is bounded in time and size. */
import http from 'node:http'
import https from 'node:https'
import type { KubeConfig } from '@kubernetes/client-node'
import { z } from 'zod'
import { IntegrationError } from '../../errors.ts'

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

export const Status = z.object({
  kind: z.literal('Status'),
  message: z.string().default(''),
  reason: z.string().default(''),
  code: z.number().default(0),
})

export function createTransport(config: KubeConfig, clusterName: string) {
  const cluster = config.getCurrentCluster()
  if (!cluster) throw new Error(`The kubeconfig has no cluster for the context ${config.getCurrentContext()}`)
  const base = new URL(cluster.server)
  const agentOptions = { keepAlive: true, maxSockets: 64 }
  const plainAgent = new http.Agent(agentOptions)

  const unreachable = (cause: unknown) =>
    new IntegrationError('cluster', {
      detail: `The cluster ${clusterName} does not answer.`,
      remedy: 'Wait a moment. If it stays, a platform admin finds the cause on the integrations page.',
      cause,
    })

  async function open(request: KubeRequest): Promise<KubeResponse> {
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
      const send = plain ? http.request : https.request
      const { headers: _, ...rest } = options
      const outgoing = send(url, {
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
        reject(request.signal?.aborted ? error : unreachable(error))
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
    throw explain(answer.status, answer.text)
  }

  function explain(status: number, body: string): IntegrationError {
    const parsed = Status.safeParse(safeJson(body))
    const message = parsed.success ? parsed.data.message : `status ${status}`
    const denied = status === 401 || status === 403
    return new IntegrationError('cluster', {
      detail: `The cluster ${clusterName} refused: ${message}`,
      remedy: denied ? 'A platform admin checks the portal’s account in the cluster.' : 'Wait a moment and try again.',
    })
  }

  return { open, text, json, explain }
}
export type Transport = ReturnType<typeof createTransport>

export function safeJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined // Not JSON: the caller says what it means.
  }
}
