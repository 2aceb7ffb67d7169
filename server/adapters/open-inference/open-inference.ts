/** The inference runtime port over the Open Inference Protocol v2 (HTTP, JSON). */
import { z } from 'zod'
import type { InferenceRuntime } from '../../ports/inference-runtime.ts'
import { callJson } from '../http-json.ts'

const service = { name: 'runtime', title: 'The inference runtime' }
const Tensor = z.object({ name: z.string(), datatype: z.string(), shape: z.array(z.number()) })
const Metadata = z.object({
  name: z.string(),
  versions: z.array(z.string()).default([]),
  platform: z.string().default(''),
  inputs: z.array(Tensor),
  outputs: z.array(Tensor),
  parameters: z.record(z.string(), z.unknown()).default({}),
})
const Answer = z.object({
  model_version: z.string().optional(),
  outputs: z.array(Tensor.extend({ data: z.array(z.unknown()) })),
})
const Server = z.object({ name: z.string(), version: z.string() })
const Failure = z.object({ error: z.string() })

/** Issues the bearer token for one tenant; null where the runtime is open. */
export type TokenIssuer = (tenant: string) => Promise<string | null>

export function createOpenInference(baseUrl: string, publicUrl: string, token: TokenIssuer): InferenceRuntime {
  const modelPath = (name: string) => `/v2/models/${encodeURIComponent(name)}`
  const headersFor = async (tenant: string): Promise<Record<string, string>> => {
    const bearer = await token(tenant)
    return bearer === null ? {} : { authorization: `Bearer ${bearer}` }
  }
  return {
    async metadata(name, tenant) {
      const { status, body } = await callJson(service, {
        url: new URL(modelPath(name), baseUrl),
        headers: await headersFor(tenant),
      })
      if (status >= 400) return undefined
      const metadata = Metadata.parse(body)
      const parameters = Object.entries(metadata.parameters).map(([key, value]) => [
        key,
        typeof value === 'string' ? value : JSON.stringify(value),
      ])
      return { ...metadata, parameters: Object.fromEntries(parameters) }
    },
    async infer(name, tenant, inputs, version) {
      const started = performance.now()
      const path = `${modelPath(name)}${version ? `/versions/${encodeURIComponent(version)}` : ''}/infer`
      const { status, body, headers } = await callJson(service, {
        url: new URL(path, baseUrl),
        method: 'POST',
        body: { inputs },
        headers: await headersFor(tenant),
        timeoutMilliseconds: 60_000,
      })
      const totalMilliseconds = performance.now() - started
      if (status >= 400) {
        const told = Failure.safeParse(body)
        const retry = Number(headers.get('retry-after'))
        return {
          ok: false,
          status,
          message: told.success ? told.data.error : 'The model refused the input.',
          retryAfterSeconds: retry > 0 ? retry : null,
        }
      }
      const answer = Answer.parse(body)
      return {
        ok: true,
        version: answer.model_version ?? null,
        outputs: answer.outputs,
        serverTiming: parseServerTiming(headers.get('server-timing')),
        totalMilliseconds,
      }
    },
    inferUrl: (name) => new URL(`${modelPath(name)}/infer`, publicUrl).href,
    async probe() {
      const { body } = await callJson(service, { url: new URL('/v2', baseUrl), timeoutMilliseconds: 3_000 })
      return { version: Server.parse(body).version }
    },
  }
}

/** `parse;dur=0.2, run;dur=1.1` as milliseconds by name. */
function parseServerTiming(header: string | null): Record<string, number> {
  const entries = (header ?? '').split(',').map((part) => /^\s*([A-Za-z_-]+)\s*;.*?dur=([0-9.]+)/.exec(part))
  return Object.fromEntries(entries.flatMap((match) => (match?.[1] && match[2] ? [[match[1], Number(match[2])]] : [])))
}
