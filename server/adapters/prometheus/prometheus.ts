/** The metrics port over Prometheus' HTTP API. */
import { z } from 'zod'
import { IntegrationError } from '../../errors.ts'
import type { Metrics } from '../../ports/metrics.ts'
import { callJson } from '../http-json.ts'

const service = { name: 'prometheus', title: 'Prometheus' }
const Labels = z.record(z.string(), z.string())
const Value = z.tuple([z.number(), z.string()])
const Answer = <Data extends z.ZodType>(data: Data) =>
  z.discriminatedUnion('status', [
    z.object({ status: z.literal('success'), data }),
    z.object({ status: z.literal('error'), errorType: z.string(), error: z.string() }),
  ])
const Vector = Answer(
  z.object({ resultType: z.literal('vector'), result: z.array(z.object({ metric: Labels, value: Value })) }),
)
const Matrix = Answer(
  z.object({ resultType: z.literal('matrix'), result: z.array(z.object({ metric: Labels, values: z.array(Value) })) }),
)
const AlertList = Answer(
  z.object({
    alerts: z.array(
      z.object({
        labels: Labels,
        annotations: Labels,
        state: z.enum(['pending', 'firing']),
        activeAt: z.string().optional(),
        value: z.string(),
      }),
    ),
  }),
)
const BuildInfo = Answer(z.object({ version: z.string() }))

/** NaN and the infinities are "nothing to show". */
const numberOf = (text: string): number | null => {
  const value = Number(text)
  return Number.isFinite(value) ? value : null
}

export function createPrometheus(baseUrl: string): Metrics {
  async function ask<Data>(
    path: string,
    parameters: Record<string, string>,
    schema: z.ZodType<{ status: 'success'; data: Data } | { status: 'error'; error: string }>,
  ) {
    const { body } = await callJson(service, {
      url: new URL(path, baseUrl),
      method: 'POST',
      form: new URLSearchParams(parameters),
    })
    return unwrap(schema, body)
  }
  async function read<Data>(
    path: string,
    schema: z.ZodType<{ status: 'success'; data: Data } | { status: 'error'; error: string }>,
  ) {
    return unwrap(schema, (await callJson(service, { url: new URL(path, baseUrl) })).body)
  }
  return {
    async query(promql) {
      const data = await ask('/api/v1/query', { query: promql, timeout: '8s' }, Vector)
      return data.result.map(({ metric, value: [at, text] }) => ({ labels: metric, at, value: numberOf(text) }))
    },
    async queryRange(promql, { from, to, stepSeconds }) {
      const range = { query: promql, start: String(from), end: String(to), step: String(stepSeconds), timeout: '8s' }
      const data = await ask('/api/v1/query_range', range, Matrix)
      return data.result.map(({ metric, values }) => ({
        labels: metric,
        points: values.map(([at, text]): [number, number | null] => [at, numberOf(text)]),
      }))
    },
    async alerts() {
      const data = await read('/api/v1/alerts', AlertList)
      return data.alerts.map(({ activeAt, value, ...rest }) => ({
        ...rest,
        activeAt: activeAt ?? null,
        value: numberOf(value),
      }))
    },
    async probe() {
      return read('/api/v1/status/buildinfo', BuildInfo)
    },
  }
}

function unwrap<Data>(
  schema: z.ZodType<{ status: 'success'; data: Data } | { status: 'error'; error: string }>,
  body: unknown,
): Data {
  const answer = schema.safeParse(body)
  if (!answer.success || answer.data.status === 'error') {
    const why = answer.success && answer.data.status === 'error' ? answer.data.error : 'its answer cannot be read'
    throw new IntegrationError('prometheus', {
      detail: `Prometheus refused the query: ${why}`,
      remedy: 'Choose a shorter range and try again.',
    })
  }
  return answer.data.data
}
