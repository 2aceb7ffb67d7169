/**
 * The health of everything the portal talks to. The leading worker asks, and keeps what it hears in the database; every
 * replica shows that, with its age. So a page never waits for a part that does not answer.
 */
import type { IntegrationView } from '../../contracts/platform/integrations.ts'
import type { Database } from '../../database/database.ts'
import type { Log } from '../../logging/log.ts'
import type { Actor } from '../../permissions/actor.ts'
import { demand } from '../../permissions/permissions.ts'
import type { Clock } from '../../ports/clock.ts'
import { readPulses } from '../observed/observed.ts'
import { createLooking, workerName } from './looking.ts'
import type { Probe } from './probe.ts'
import { blank, type Row, viewOf } from './views.ts'
import { createRefusals, readWebhooks } from './webhooks.ts'

export type { Fact, Probe } from './probe.ts'
export type { RefusalReason } from './webhooks.ts'

type Needs = { db: Database; clock: Clock; log: Log; probes: readonly Probe[] }

export type Integrations = ReturnType<typeof createIntegrations>

/** The worker asks every ten seconds; a part may take three. */
const workerQuietAfter = 60_000
/** Many pages show the banner: they share an answer for this long. */
const answerLasts = 2000

export function createIntegrations({ db, clock, log, probes }: Needs) {
  let latest: { answer: Promise<IntegrationView[]>; until: number } | undefined
  let known: IntegrationView[] = []

  async function read(): Promise<IntegrationView[]> {
    try {
      const now = clock.now()
      const names = [workerName, ...probes.map((probe) => probe.name)]
      const [rows, pulses, webhooks] = await Promise.all([
        db.integrationStatus.findMany({ where: { name: { in: names } } }),
        readPulses(db),
        readWebhooks(db, now),
      ])
      const byName = new Map<string, Row>(rows.map((row) => [row.name, row]))
      known = [
        ...probes.map((probe) =>
          viewOf(probe, {
            row: byName.get(probe.name),
            pulses: pulses.filter((pulse) => watchesOf(probe.name, pulse)),
            webhooks: probe.name === 'git' ? webhooks : null,
            now,
          }),
        ),
        workerView(byName.get(workerName), now),
      ]
      return known
    } catch (error) {
      log.warn({ err: error }, 'the health of integrations cannot be read')
      return withoutDatabase()
    }
  }

  /** The health of the rest is kept there: what was last read of it stands. */
  function withoutDatabase(): IntegrationView[] {
    const rest = known.filter((each) => each.name !== 'database')
    const problem = 'The database does not answer.'
    const remedy = 'Check that PostgreSQL runs and takes connections from the portal.'
    const before = known.find((each) => each.name === 'database')
    const database: IntegrationView = {
      ...(before ?? { ...blank, name: 'database', title: 'PostgreSQL', group: 'portal' }),
      state: 'down',
      lastError: problem,
      lastErrorAt: clock.now().toISOString(),
      remedy,
    }
    return [database, ...rest]
  }

  return {
    async list(actor: Actor): Promise<{ integrations: IntegrationView[] }> {
      demand(actor, 'integration.list')
      const now = clock.now().getTime()
      if (!latest || latest.until <= now) latest = { answer: read(), until: now + answerLasts }
      return { integrations: await latest.answer }
    },
    /** For the one worker that leads. */
    looking: createLooking({ db, clock, log, probes }),
    refusals: createRefusals(db, log),
  }
}

function watchesOf(name: string, { cluster, kind }: { cluster: string; kind: string }): boolean {
  return kind === 'application' ? name === 'gitops' : name === `cluster:${cluster}`
}

function workerView(row: Row | undefined, now: Date): IntegrationView {
  const heard = row?.lastSuccess ?? null
  const view: IntegrationView = { ...blank, name: workerName, title: 'The worker', group: 'portal', state: 'unknown' }
  if (heard === null) {
    return { ...view, remedy: 'No worker has been heard yet. Without one no request moves on: start one.' }
  }
  const isDown = now.getTime() - heard.getTime() > workerQuietAfter
  const at = heard.toISOString()
  return {
    ...view,
    state: isDown ? 'down' : 'ok',
    since: isDown ? at : null,
    checkedAt: at,
    lastSuccess: at,
    lastError: isDown ? 'The worker has not been heard for more than a minute.' : null,
    remedy: isDown
      ? 'Start a worker. Until then no request moves on, and what is shown of the clusters grows old.'
      : null,
  }
}
