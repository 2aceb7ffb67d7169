/** What every other service stands on: people, teams, tokens, audit, live updates and the health of integrations. */
import { type Config, secretsOf } from './config.ts'
import { createDatabase, type Database } from './database/database.ts'
import { createAudit } from './domains/audit/audit.ts'
import { createIntegrations, type Probe } from './domains/integrations/integrations.ts'
import { createLive } from './domains/live/live.ts'
import { createPeople } from './domains/people/people.ts'
import { createStandings } from './domains/people/standing.ts'
import { createTeams } from './domains/teams/teams.ts'
import { createTokens } from './domains/tokens/tokens.ts'
import { createLog, type Log } from './logging/log.ts'
import { type Clock, systemClock } from './ports/clock.ts'
import { databaseProbe } from './wiring/probes.ts'

export type Foundation = ReturnType<typeof createFoundation>

type Options = {
  log?: Log
  db?: Database
  clock?: Clock
  probes?: readonly Probe[]
  heartbeatMilliseconds?: number
}

export function createFoundation(config: Config, options: Options = {}) {
  const { clock = systemClock, probes = [], heartbeatMilliseconds } = options
  const log = options.log ?? createLog({ level: config.LOG_LEVEL, mask: secretsOf(config) })
  const db =
    options.db ??
    createDatabase(config.DATABASE_URL, {
      connections: config.DATABASE_CONNECTIONS,
      onConnectionLost: (error) => log.warn({ err: error }, 'A database connection was lost'),
    })
  const { groupRoles } = config
  const standings = createStandings(db, clock)
  const people = createPeople({ db, clock, standings, groupRoles })
  const teams = createTeams({ db, clock, standings, groupRoles })
  const tokens = createTokens({ db, clock, standings })
  const live = createLive({
    db,
    databaseUrl: config.DATABASE_URL,
    log,
    heartbeatMilliseconds,
    streamsForEach: config.LIVE_STREAMS_FOR_EACH,
  })
  const integrations = createIntegrations({ db, clock, log, probes: [databaseProbe(db), ...probes] })
  return { config, log, db, clock, standings, people, teams, tokens, audit: createAudit({ db }), live, integrations }
}
