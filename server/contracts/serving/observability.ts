/** Metrics, alerts and silences, read from Prometheus and Alertmanager. */
import { z } from 'zod'
import { contract } from '../contract.ts'
import { ModelName, NamespaceName, Reason, TeamSlug } from '../names.ts'
import { Freshness, Timestamp } from '../paging.ts'

/** [seconds since 1970, value]; null where there was nothing to measure. */
export const Point = z.tuple([z.number(), z.number().nullable()])
export const Series = z.array(Point)
export const ranges = ['15m', '1h', '6h', '24h', '7d'] as const

export const getDeploymentMetrics = contract({
  method: 'GET',
  path: '/api/v1/teams/{team}/deployments/{namespace}/{model}/metrics',
  action: 'metrics.read',
  summary: 'Request rate, errors, latency and predictions by label over time',
  input: z.object({ team: TeamSlug, namespace: NamespaceName, model: ModelName, range: z.enum(ranges).default('1h') }),
  output: z.object({
    from: z.number(),
    to: z.number(),
    stepSeconds: z.number(),
    requestRate: Series,
    errorRatio: Series,
    p50: Series,
    p95: Series,
    p99: Series,
    predictions: z.array(z.object({ label: z.string(), points: Series })),
    queries: z.record(z.string(), z.string()).meta({ description: 'The PromQL behind each series' }),
    freshness: Freshness,
  }),
})
export type DeploymentMetrics = z.output<typeof getDeploymentMetrics.output>

export const MetricsSummary = z.object({
  namespace: NamespaceName,
  model: ModelName,
  requestRate: z.number().nullable(),
  errorRatio: z.number().nullable(),
  p95: z.number().nullable(),
  lastHour: Series,
})
export const getTeamMetrics = contract({
  method: 'GET',
  path: '/api/v1/teams/{team}/metrics',
  action: 'metrics.read',
  summary: 'The last hour of every deployment of a team',
  input: z.object({ team: TeamSlug }),
  output: z.object({ models: z.array(MetricsSummary), requestRate: z.number().nullable(), freshness: Freshness }),
})
export type TeamMetrics = z.output<typeof getTeamMetrics.output>

export const AlertView = z.object({
  fingerprint: z.string(),
  name: z.string(),
  severity: z.string(),
  state: z.enum(['firing', 'pending', 'silenced']),
  summary: z.string(),
  description: z.string().nullable(),
  namespace: z.string().nullable(),
  model: z.string().nullable(),
  since: Timestamp.nullable(),
  value: z.number().nullable(),
  labels: z.record(z.string(), z.string()),
  silences: z.array(z.string()),
  runbook: z.string().nullable(),
})
export type AlertView = z.infer<typeof AlertView>

export const listAlerts = contract({
  method: 'GET',
  path: '/api/v1/teams/{team}/alerts',
  action: 'alert.list',
  summary: 'Alerts of a team that fire, are pending or silenced',
  input: z.object({ team: TeamSlug }),
  output: z.object({ alerts: z.array(AlertView), freshness: Freshness }),
})

export const SilenceView = z.object({
  id: z.string(),
  matchers: z.array(z.object({ name: z.string(), value: z.string() })),
  startsAt: Timestamp,
  endsAt: Timestamp,
  createdBy: z.string(),
  reason: z.string(),
  state: z.enum(['active', 'pending', 'expired']),
})
export type SilenceView = z.infer<typeof SilenceView>

export const listSilences = contract({
  method: 'GET',
  path: '/api/v1/teams/{team}/silences',
  action: 'alert.list',
  summary: 'Silences of a team',
  input: z.object({ team: TeamSlug }),
  output: z.object({ silences: z.array(SilenceView), freshness: Freshness }),
})

export const createSilence = contract({
  method: 'POST',
  path: '/api/v1/teams/{team}/silences',
  action: 'alert.silence',
  status: 201,
  summary: 'Silence one alert of the team for a while, with a reason',
  input: z
    .object({
      team: TeamSlug,
      fingerprint: z.string().min(1).max(64),
      minutes: z
        .number()
        .int()
        .min(5, 'A silence lasts at least 5 minutes.')
        .max(7 * 24 * 60, 'A silence lasts at most a week.'),
      reason: Reason,
    })
    .strict(),
  output: SilenceView,
  errors: ['integration_unavailable'],
})

export const expireSilence = contract({
  method: 'DELETE',
  path: '/api/v1/teams/{team}/silences/{id}',
  action: 'alert.silence',
  status: 204,
  summary: 'End a silence now',
  input: z.object({ team: TeamSlug, id: z.uuid() }),
  output: z.void(),
  errors: ['integration_unavailable'],
})
