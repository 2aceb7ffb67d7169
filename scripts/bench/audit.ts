/**
 * `npm run bench:audit`: how fast the audit log is read when it is long. Fills a database of its own with rows, asks the
 * API for first pages as different people, and writes what its `Server-Timing` said to docs/performance.md.
 *
 *   npm run bench:audit -- [--rows 1000000]
 */
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { migrate } from '../../server/database/migrate.ts'
import type { Actor } from '../../server/permissions/actor.ts'
import { makePerson } from '../../server/testing/people.ts'
import { startPortal, type TestPortal } from '../../server/testing/portal.ts'
import { startTemporaryServer } from '../postgres/temporary.ts'
import { fillAudit } from './audit-rows.ts'
import { circumstances, quantile, table } from './circumstances.ts'
import { writeSection } from './section.ts'

const { values } = parseArgs({ options: { rows: { type: 'string', default: '1000000' } } })
const rows = Number(values.rows)
const runs = 40
const allowed = 50

const server = await startTemporaryServer()
let portal: TestPortal | undefined
try {
  const url = server.url('postgres')
  await migrate(url)
  portal = await startPortal(url)
  const { db } = portal.services
  await fillAudit(db, rows)
  const auditor = await makePerson(db, 'Auditor', { platform: ['auditor'] })
  const member = await makePerson(db, 'Member', { teams: { 'team-7': 'member', 'team-8': 'viewer' } })
  const stranger = await makePerson(db, 'Stranger', { teams: { 'team-quiet': 'member' } })
  const middle = Math.floor(rows / 2)
  const asks: [title: string, who: Actor, query: string][] = [
    ['all rows, as an auditor', auditor, ''],
    ['oldest first', auditor, 'sort=at'],
    ['own teams, as a member', member, ''],
    ['own teams, oldest first', member, 'sort=at'],
    ['own team, which has no rows', stranger, ''],
    ['one team', auditor, 'team=team-7'],
    ['one action', auditor, 'action=model.upload'],
    ['all actions on models', auditor, 'action=model.'],
    ['a rare word', auditor, `q=churn-${middle}`],
    ['the beginning of a word', auditor, `q=chu`],
    ['a common word', auditor, 'q=reason'],
    ['a common word in own teams', member, 'q=member'],
    ['two words, one of them rare', auditor, `q=reason+${middle}`],
    ['a word that is not there', auditor, 'q=nowhere'],
    ['an actor’s name', auditor, 'actor=Member+42'],
    ['an actor who is not there', auditor, 'actor=Nobody'],
    ['a day', auditor, 'from=2026-03-01T00:00:00Z&to=2026-03-01T23:59:59Z'],
    ['a time span long ago', auditor, 'from=2001-01-01T00:00:00Z&to=2002-01-01T00:00:00Z'],
    ['action, words and time together', auditor, 'action=model.upload&q=churn&from=2026-03-01T00:00:00Z'],
  ]
  const lines: string[][] = []
  let slowest = 0
  for (const [title, who, query] of asks) {
    const times: number[] = []
    for (let run = 0; run < runs; run += 1) times.push(await serverTime(portal, who, query))
    const median = quantile(times, 0.5)
    slowest = Math.max(slowest, median)
    lines.push([title, median.toFixed(1), quantile(times, 0.95).toFixed(1), Math.max(...times).toFixed(1)])
  }
  const figures = table(['first page of 50', 'median, ms', '95 %', 'slowest'], lines)
  console.log(`${rows.toLocaleString('en')} rows\n\n${figures}`)
  const text = `## The audit log

Written by \`npm run bench:audit\`. ${circumstances()}

${rows.toLocaleString('en')} rows in PostgreSQL beside it; ${runs} times each, by \`Server-Timing\` of \`GET /api/v1/audit\`: from who asks to the
whole answer. What is promised is ${allowed} ms for the first page; the slowest median is ${slowest.toFixed(1)} ms.

${figures}`
  await writeSection(join(import.meta.dirname, '../../docs/performance.md'), 'audit', text)
  if (slowest > allowed) process.exitCode = 1
} finally {
  await portal?.stop()
  await server.stop()
}

async function serverTime({ ask }: TestPortal, who: Actor, query: string): Promise<number> {
  const answer = await ask(who, 'GET', `/api/v1/audit?limit=50&${query}`)
  if (answer.status !== 200) throw new Error(`${query}: ${answer.status} ${answer.text}`)
  return Number(/dur=([\d.]+)/.exec(answer.headers.get('server-timing') ?? '')?.[1])
}
