/** The runtime's control API over its Unix socket. */
import { request } from 'node:http'
import { text } from 'node:stream/consumers'
import { z } from 'zod'
import { ModelList, type ModelSpecInput, ModelStatus } from '../control/contract.ts'

const MILLISECONDS = 10_000

/** The runtime understood the request and refuses it: the same request would be refused again. */
export class ControlRefusal extends Error {}

export type ControlClient = {
  put: (name: string, spec: ModelSpecInput) => Promise<ModelStatus>
  list: () => Promise<ModelStatus[]>
  remove: (name: string) => Promise<void>
}

const Refusal = z.object({ error: z.string() })

export const controlClient = (socketPath: string): ControlClient => {
  const call = (method: string, path: string, body?: unknown): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const content = body === undefined ? undefined : JSON.stringify(body)
      const headers =
        content === undefined
          ? {}
          : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(content) }
      request({ socketPath, method, path, headers, signal: AbortSignal.timeout(MILLISECONDS) }, (response) => {
        text(response)
          .then((answer) => {
            const code = response.statusCode ?? 0
            if (code < 400) return resolve(answer === '' ? undefined : JSON.parse(answer))
            const message = messageOf(answer) ?? `The runtime answered ${code}.`
            reject(code < 500 ? new ControlRefusal(message) : new Error(message))
          })
          .catch(reject)
      })
        .on('error', reject)
        .end(content)
    })
  const pathOf = (name: string): string => `/models/${encodeURIComponent(name)}`

  return {
    put: async (name, spec) => ModelStatus.parse(await call('PUT', pathOf(name), spec)),
    list: async () => ModelList.parse(await call('GET', '/models')).models,
    remove: async (name) => {
      await call('DELETE', pathOf(name))
    },
  }
}

const messageOf = (answer: string): string | undefined => {
  try {
    return Refusal.safeParse(JSON.parse(answer)).data?.error
  } catch {
    return undefined // not JSON: the status code has to do
  }
}
