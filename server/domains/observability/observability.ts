/** Metrics, alerts and silences of a team, read from Prometheus and Alertmanager. */
import { z } from 'zod'
import type { OutputOf, ParsedInputOf } from '../../contracts/contract.ts'
import { ModelName, NamespaceName } from '../../contracts/names.ts'
import type {
  createSilence,
  DeploymentMetrics,
  getDeploymentMetrics,
  listAlerts,
  listSilences,
  SilenceView,
  TeamMetrics,
} from '../../contracts/serving/observability.ts'
import type { Database } from '../../database/database.ts'
import { failure, notFound, PortalError } from '../../errors.ts'
import type { Actor } from '../../permissions/actor.ts'
import { demand } from '../../permissions/permissions.ts'
import type { Alerts, Matcher, Silence } from '../../ports/alerts.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Metrics, RangeSeries } from '../../ports/metrics.ts'
import { recordAudit } from '../audit/audit.ts'
import { paths } from '../gitops/gitops.ts'
import { announce } from '../live/live.ts'
import { ObservedModel, observedOf } from '../observed/observed.ts'
import { alertsOf, teamLabel } from './alert-views.ts'
import { deploymentQueries, teamQueries, windowFor } from './queries.ts'

type Needs = { db: Database; metrics: Metrics; alerts: Alerts; clock: Clock; scrapeSeconds: number }

const rangeSeconds = { '15m': 900, '1h': 3600, '6h': 21_600, '24h': 86_400, '7d': 604_800 } as const
const pointsWanted = 120
const Place = z.object({ namespace: NamespaceName, model: ModelName })

export function createObservability({ db, metrics, alerts, clock, scrapeSeconds }: Needs) {
  const seconds = () => Math.floor(clock.now().getTime() / 1000)
  const fresh = () => ({ observedAt: clock.now().toISOString(), problem: null })
  const stale = (error: unknown) => {
    if (!(error instanceof PortalError)) throw error
    return { observedAt: null, problem: error.explanation.detail }
  }

  return {
    async deployment(actor: Actor, input: ParsedInputOf<typeof getDeploymentMetrics>): Promise<DeploymentMetrics> {
      demand(actor, 'metrics.read', input.team)
      const [seen] = await observedOf(db, 'model', ObservedModel, {
        team: input.team,
        namespace: input.namespace,
        name: input.model,
      })
      if (!seen) throw notFound(`A deployment of ${input.model} in ${input.namespace}`)
      const stepSeconds = Math.max(scrapeSeconds, Math.ceil(rangeSeconds[input.range] / pointsWanted))
      // Aligned, so that a reload asks for the same points.
      const to = Math.ceil(seconds() / stepSeconds) * stepSeconds
      const range = { from: to - rangeSeconds[input.range], to, stepSeconds }
      const queries = deploymentQueries(
        { model: paths.servedName(input.namespace, input.model) },
        windowFor(stepSeconds, scrapeSeconds),
      )
      const empty = { ...range, requestRate: [], errorRatio: [], p50: [], p95: [], p99: [], predictions: [], queries }
      try {
        const { predictions, ...single } = queries
        const [labelled, ...lines] = await Promise.all(
          [predictions, ...Object.values(single)].map((query) => metrics.queryRange(query, range)),
        )
        const [requestRate, errorRatio, p50, p95, p99] = lines.map((line) => pointsOf(line[0]))
        return {
          ...empty,
          requestRate: requestRate ?? [],
          errorRatio: errorRatio ?? [],
          p50: p50 ?? [],
          p95: p95 ?? [],
          p99: p99 ?? [],
          predictions: (labelled ?? []).map((line) => ({
            label: line.labels.label ?? 'unlabelled',
            points: line.points,
          })),
          freshness: fresh(),
        }
      } catch (error) {
        return { ...empty, freshness: stale(error) }
      }
    },

    async team(actor: Actor, input: { team: string }): Promise<TeamMetrics> {
      demand(actor, 'metrics.read', input.team)
      const models = await observedOf(db, 'model', ObservedModel, { team: input.team })
      const now = seconds()
      const queries = teamQueries(input.team, windowFor(60, scrapeSeconds))
      // What somebody has put there by hand, under a name that the portal would not give, must not hide the rest.
      const bare = models.flatMap((each) => {
        const place = Place.safeParse({ namespace: each.namespace, model: each.name })
        return place.success ? [place.data] : []
      })
      try {
        const [rates, errors, latencies, hour] = await Promise.all([
          metrics.query(queries.requestRate),
          metrics.query(queries.errorRatio),
          metrics.query(queries.p95),
          metrics.queryRange(queries.requestRate, { from: now - 3600, to: now, stepSeconds: 120 }),
        ])
        const byModel = (samples: { labels: Record<string, string>; value: number | null }[], name: string) =>
          samples.find((sample) => sample.labels.model === name)?.value ?? null
        const views = bare.map((place) => {
          const name = paths.servedName(place.namespace, place.model)
          return {
            ...place,
            requestRate: byModel(rates, name),
            errorRatio: byModel(errors, name) ?? (byModel(rates, name) === null ? null : 0),
            p95: byModel(latencies, name),
            lastHour: pointsOf(hour.find((line) => line.labels.model === name)),
          }
        })
        const total = views.reduce((sum, view) => sum + (view.requestRate ?? 0), 0)
        return { models: views, requestRate: views.length > 0 ? total : null, freshness: fresh() }
      } catch (error) {
        const views = bare.map((place) => ({ ...place, requestRate: null, errorRatio: null, p95: null, lastHour: [] }))
        return { models: views, requestRate: null, freshness: stale(error) }
      }
    },

    async alerts(actor: Actor, input: { team: string }): Promise<OutputOf<typeof listAlerts>> {
      demand(actor, 'alert.list', input.team)
      try {
        const [evaluated, firing] = await Promise.all([metrics.alerts(), alerts.firing([ofTeam(input.team)])])
        return { alerts: alertsOf(input.team, evaluated, firing), freshness: fresh() }
      } catch (error) {
        return { alerts: [], freshness: stale(error) }
      }
    },

    async silences(actor: Actor, input: { team: string }): Promise<OutputOf<typeof listSilences>> {
      demand(actor, 'alert.list', input.team)
      try {
        const all = await alerts.silences()
        return {
          silences: all.filter((silence) => belongsTo(silence, input.team)).map(silenceView),
          freshness: fresh(),
        }
      } catch (error) {
        return { silences: [], freshness: stale(error) }
      }
    },

    /** Silences exactly one alert: every label of it must match, the team's own among them. */
    async silence(actor: Actor, input: ParsedInputOf<typeof createSilence>): Promise<SilenceView> {
      demand(actor, 'alert.silence', input.team)
      const alert = (await alerts.firing([ofTeam(input.team)])).find((each) => each.fingerprint === input.fingerprint)
      if (!alert || alert.labels[teamLabel] !== input.team) {
        throw failure(
          'not_found',
          'This alert no longer fires, or it is not your team’s.',
          'Reload the alerts and choose one that fires.',
        )
      }
      const now = clock.now()
      const silence = await alerts.silence({
        matchers: Object.entries(alert.labels).map(([name, value]) => ({ name, value, isRegex: false, isEqual: true })),
        startsAt: now.toISOString(),
        endsAt: new Date(now.getTime() + input.minutes * 60_000).toISOString(),
        createdBy: actor.name,
        comment: input.reason,
      })
      await tell(
        actor,
        'alert.silenced',
        silence.id,
        input.team,
        alert.labels.alertname ?? 'alert',
        { minutes: input.minutes, labels: alert.labels },
        input.reason,
      )
      return silenceView(silence)
    },

    async expire(actor: Actor, input: { team: string; id: string }): Promise<void> {
      demand(actor, 'alert.silence', input.team)
      const silence = (await alerts.silences()).find((each) => each.id === input.id)
      if (!silence || !belongsTo(silence, input.team)) throw notFound('This silence')
      if (silence.state !== 'expired') await alerts.expire(input.id)
      await tell(actor, 'alert.silence_ended', input.id, input.team, 'silence')
    },
  }

  async function tell(
    actor: Actor,
    action: string,
    id: string,
    team: string,
    name: string,
    after?: object,
    reason?: string,
  ) {
    await db.$transaction(async (tx) => {
      await announce(tx, { topic: 'silence', key: id, team })
      await recordAudit(tx, { actor, action, object: { kind: 'silence', id, name }, team, after, reason })
    })
  }
}

const pointsOf = (line: RangeSeries | undefined) => line?.points ?? []
const ofTeam = (team: string): Matcher => ({ name: teamLabel, value: team, isRegex: false, isEqual: true })

/** A silence is a team's when it cannot reach beyond it: it names the team exactly. */
const belongsTo = (silence: Silence, team: string) =>
  silence.matchers.some(
    (matcher) => matcher.name === teamLabel && matcher.value === team && matcher.isEqual && !matcher.isRegex,
  )

const silenceView = (silence: Silence): SilenceView => ({
  id: silence.id,
  matchers: silence.matchers.map(({ name, value }) => ({ name, value })),
  startsAt: new Date(silence.startsAt).toISOString(),
  endsAt: new Date(silence.endsAt).toISOString(),
  createdBy: silence.createdBy,
  reason: silence.comment,
  state: silence.state,
})
