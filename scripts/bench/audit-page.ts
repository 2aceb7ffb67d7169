/**
 * How fast the audit log is read when it is long: fills a database of its own with rows, then measures pages of it.
 *
 *   node scripts/bench/audit-page.ts [--rows 1000000]
 */
import { parseArgs } from 'node:util'
import { createDatabase } from '../../server/database/database.ts'
import { migrate } from '../../server/database/migrate.ts'
import { createAudit } from '../../server/domains/audit/audit.ts'
import { type Actor, systemActor } from '../../server/permissions/actor.ts'
import { startTemporaryServer } from '../postgres/temporary.ts'

const { values } = parseArgs({ options: { rows: { type: 'string', default: '1000000' } } })
const rows = Number(values.rows)
const server = await startTemporaryServer()
try {
  await migrate(server.url('postgres'))
  const db = createDatabase(server.url('postgres'))
  // The chain's hashes are not what is measured: the rows are made by the database.
  await db.$executeRawUnsafe(`
    INSERT INTO "AuditEntry" ("sequence", "at", "actorKind", "actorId", "actorName", "action", "objectKind", "objectId",
      "objectName", "team", "after", "reason", "previous", "hash")
    SELECT n, now() - (${rows} - n) * interval '1 second', 'user', md5((n % 500)::text), 'Member ' || n % 500,
      (ARRAY['request.submit', 'request.approve', 'model.upload', 'session.signIn', 'member.set'])[1 + n % 5],
      'thing', md5(n::text), 'churn-' || n, CASE WHEN n % 3 = 0 THEN NULL ELSE 'team-' || n % 40 END,
      jsonb_build_object('cpu', n, 'memory', n * 2), 'Reason number ' || n, '0', md5(n::text)
    FROM generate_series(1, ${rows}) AS n`)
  await db.$executeRawUnsafe('ANALYZE "AuditEntry"')
  const audit = createAudit({ db })
  const auditor = systemActor('bench')
  const member: Actor = {
    ...auditor,
    kind: 'user',
    teams: new Map([
      ['team-7', 'member'],
      ['team-8', 'viewer'],
    ]),
  }
  const stranger: Actor = { ...member, teams: new Map([['team-that-did-nothing', 'member']]) }

  const measure = async (title: string, actor: Actor, filters: object) => {
    const times: number[] = []
    for (let run = 0; run < 15; run += 1) {
      const from = performance.now()
      await audit.list(actor, { limit: 50, sort: '-at', ...filters })
      times.push(performance.now() - from)
    }
    times.sort((a, b) => a - b)
    console.log(`${title.padEnd(44)} median ${times[7]?.toFixed(1)} ms, slowest ${times[14]?.toFixed(1)} ms`)
  }
  console.log(`${rows} rows, first page of 50:`)
  await measure('all rows, as an auditor', auditor, {})
  await measure('own teams, as a member', member, {})
  await measure('own team, which has no rows', stranger, {})
  await measure('one team', auditor, { team: 'team-7' })
  await measure('one action', auditor, { action: 'model.upload' })
  await measure('a rare word', auditor, { q: `churn-${Math.floor(rows / 2)}` })
  await measure('a common word', auditor, { q: 'reason' })
  await measure('a common word in own teams', member, { q: 'member' })
  await measure('a word that is not there', auditor, { q: 'nowhere' })
  await measure('an actor’s name', auditor, { actor: 'Member 42' })
  await measure('an actor who is not there', auditor, { actor: 'Nobody' })
  await measure('a time span long ago', auditor, { from: '2001-01-01T00:00:00Z', to: '2002-01-01T00:00:00Z' })
  await db.$disconnect()
} finally {
  await server.stop()
}
