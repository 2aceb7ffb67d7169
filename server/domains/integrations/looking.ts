/** The leading worker asks every integration in turn and keeps what it says, so that every replica shows the same. */
import { setTimeout as wait } from 'node:timers/promises'
import type { Database } from '../../database/database.ts'
import type { Log } from '../../logging/log.ts'
import type { Clock } from '../../ports/clock.ts'
import { announce } from '../live/live.ts'
import { ask, type Probe } from './probe.ts'
import { type Report, Stored } from './report.ts'

export const workerName = 'worker'
const every = 10_000

type Needs = { db: Database; clock: Clock; log: Log; probes: readonly Probe[] }

export function createLooking({ db, clock, log, probes }: Needs) {
  const asked = probes.filter((probe) => probe.missing.length === 0)

  async function lookAt(probe: Probe, before: Stored | undefined): Promise<void> {
    const report = await ask(probe, before?.report, clock.now())
    const now = clock.now()
    const changed = before?.report.state !== report.state || before.report.problem !== report.problem
    const since = before && before.report.state === report.state ? before.since : now.toISOString()
    const facts: Stored = { report, since, checkedAt: now.toISOString() }
    const row = { facts, ...timesOf(report, now) }
    await db.$transaction(async (tx) => {
      await tx.integrationStatus.upsert({
        where: { name: probe.name },
        create: { name: probe.name, ...row },
        update: row,
      })
      if (changed) await announce(tx, { topic: 'integration', key: probe.name, team: null })
    })
    if (!changed || !before) return
    const said = { integration: probe.name, state: report.state, problem: report.problem }
    if (report.state === 'down') log.warn(said, 'an integration does not answer')
    else log.info(said, 'an integration has changed its state')
  }

  async function round(): Promise<void> {
    const rows = await db.integrationStatus.findMany({ where: { name: { in: asked.map((probe) => probe.name) } } })
    const before = new Map(rows.map((row) => [row.name, Stored.safeParse(row.facts).data]))
    await Promise.all(asked.map((probe) => lookAt(probe, before.get(probe.name))))
    const lastSuccess = clock.now()
    await db.integrationStatus.upsert({
      where: { name: workerName },
      create: { name: workerName, lastSuccess },
      update: { lastSuccess },
    })
  }

  return {
    round,
    async run(signal: AbortSignal): Promise<void> {
      while (!signal.aborted) {
        // A database that is away is told of by whoever wants to read from it.
        await round().catch((error: unknown) => log.warn({ err: error }, 'the health of integrations cannot be kept'))
        await wait(every, undefined, { signal }).catch(() => undefined) // ends early when stopping
      }
    },
  }
}

const timesOf = ({ state, problem }: Report, now: Date) =>
  state === 'down' ? { lastError: problem, errorAt: now } : { lastSuccess: now }
