/**
 * The health of everything the portal talks to: each is asked in its own time, and what it said last is kept so that a
 * page can tell since when it does not answer.
 */
import type { IntegrationView } from '../../contracts/platform/integrations.ts'
import type { Database } from '../../database/database.ts'
import { PortalError } from '../../errors.ts'
import type { Log } from '../../logging/log.ts'
import type { Actor } from '../../permissions/actor.ts'
import { demand } from '../../permissions/permissions.ts'
import type { Clock } from '../../ports/clock.ts'

type Fact = IntegrationView['facts'][number]

export type Probe = {
  name: string
  title: string
  /** The settings that turn it on, when they are missing. */
  missing: readonly string[]
  probe: () => Promise<{ version: string | null; facts?: readonly Fact[] }>
}

type Needs = { db: Database; clock: Clock; log: Log; probes: readonly Probe[] }

export type Integrations = ReturnType<typeof createIntegrations>

const patience = 3000
const slow = 1000
/** Many pages show the banner: they share an answer for this long. */
const answerLasts = 10_000

export function createIntegrations({ db, clock, log, probes }: Needs) {
  let latest: { answer: Promise<IntegrationView[]>; until: number } | undefined

  async function ask({ name, title, missing, probe }: Probe): Promise<IntegrationView> {
    const view: IntegrationView = {
      name,
      title,
      state: 'not_configured',
      version: null,
      latencyMilliseconds: null,
      lastSuccess: null,
      lastError: null,
      remedy: null,
      facts: [],
    }
    if (missing.length > 0) return { ...view, remedy: `Set ${missing.join(' and ')}, then restart the portal.` }
    const started = performance.now()
    try {
      const { version, facts = [] } = await inTime(probe(), title)
      const latency = Math.round(performance.now() - started)
      const doubtful = latency > slow || facts.some((fact) => fact.ok === false)
      const state = doubtful ? 'degraded' : 'ok'
      const at = clock.now()
      await remember(name, { lastSuccess: at })
      return { ...view, state, version, facts: [...facts], latencyMilliseconds: latency, lastSuccess: at.toISOString() }
    } catch (error) {
      const { detail, remedy } = told(error, title)
      const before = await remember(name, { lastError: detail, errorAt: clock.now() })
      return {
        ...view,
        state: 'down',
        lastError: detail,
        remedy,
        lastSuccess: before?.lastSuccess?.toISOString() ?? null,
      }
    }
  }

  /** Kept across restarts; a database that is away must not hide what the others say. */
  async function remember(name: string, change: { lastSuccess?: Date; lastError?: string; errorAt?: Date }) {
    try {
      return await db.integrationStatus.upsert({ where: { name }, create: { name, ...change }, update: change })
    } catch (error) {
      log.warn({ err: error, integration: name }, 'The state of an integration could not be kept')
      return undefined
    }
  }

  return {
    async list(actor: Actor): Promise<{ integrations: IntegrationView[] }> {
      demand(actor, 'integration.list')
      const now = clock.now().getTime()
      if (!latest || latest.until <= now) {
        latest = { answer: Promise.all(probes.map(ask)), until: now + answerLasts }
      }
      return { integrations: await latest.answer }
    },
  }
}

async function inTime<Value>(answer: Promise<Value>, title: string): Promise<Value> {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(
    () => reject(new Error(`${title} did not answer within ${patience / 1000} seconds.`)),
    patience,
  )
  try {
    return await Promise.race([answer, late])
  } finally {
    clearTimeout(timer)
  }
}

function told(error: unknown, title: string): { detail: string; remedy: string } {
  if (error instanceof PortalError) return error.explanation
  const reason = error instanceof Error ? error.message : 'it failed'
  return { detail: reason.slice(0, 300), remedy: `Check that ${title} runs and can be reached from the portal.` }
}
