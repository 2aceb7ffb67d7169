/**
 * `npm run bench:events`: how many live pages one web process carries. Opens an event stream for each of many people on
 * the production build, announces changes to everybody and to single teams, and writes to docs/performance.md how long
 * each took from its commit to each stream, and what a stream costs.
 *
 *   npm run bench:events -- [--connections 2000] [--rounds 30]
 */
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { readConfig } from '../../../server/config.ts'
import { createDatabase, type Database } from '../../../server/database/database.ts'
import { migrate } from '../../../server/database/migrate.ts'
import { announce } from '../../../server/domains/live/live.ts'
import { startTemporaryServer } from '../../postgres/temporary.ts'
import { circumstances, quantile, table } from '../circumstances.ts'
import { writeSection } from '../section.ts'
import { type Crowd, follow, makeCrowd, teamCount } from './crowd.ts'
import { startWeb, type Web } from './web.ts'

const { values } = parseArgs({
  options: { connections: { type: 'string', default: '2000' }, rounds: { type: 'string', default: '30' } },
})
const connections = Number(values.connections)
const rounds = Number(values.rounds)
const mebibyte = 2 ** 20

const cells = (times: readonly number[]) =>
  [quantile(times, 0.5), quantile(times, 0.99), Math.max(...times)].map((each) => each.toFixed(0))

const server = await startTemporaryServer()
let web: Web | undefined
let db: Database | undefined
try {
  const url = server.url('postgres')
  await migrate(url)
  db = createDatabase(url, { connections: 2 })
  const settings = {
    MODELYARD_MODE: 'test',
    DATABASE_URL: url,
    SESSION_SECRET: 'a secret for a bench alone',
    OIDC_ISSUER: 'http://127.0.0.1:9',
    OIDC_CLIENT_ID: 'modelyard',
    OIDC_CLIENT_SECRET: 'for-a-bench',
    LOG_LEVEL: 'warn',
  }
  web = await startWeb(settings)
  const cookies = await makeCrowd(db, readConfig({ ...settings, PORTAL_URL: web.url }), connections)
  // Warm: what the first request loads is not what a stream costs.
  ;(await follow(web.url, cookies.slice(0, 20))).leave()
  await wait(2000)
  const before = web.residentBytes()
  const started = performance.now()
  const crowd = await follow(web.url, cookies)
  const seconds = (performance.now() - started) / 1000
  const opened = crowd.open()
  await wait(20_000) // a heartbeat with its look at who is still let in
  const after = web.residentBytes()
  const everybody = await measure(db, crowd, null, opened)
  const oneTeam = await measure(db, crowd, 'team-7', Math.round(opened / teamCount))
  const figures = table(
    ['announced to', 'streams', 'median, ms', '99 %', 'slowest', 'not delivered'],
    [
      ['everybody', String(opened), ...cells(everybody.times), String(everybody.missing)],
      ['one team', String(Math.round(opened / teamCount)), ...cells(oneTeam.times), String(oneTeam.missing)],
    ],
  )
  const facts =
    `${opened} streams of ${connections} people in ${teamCount} teams, ${crowd.failed()} failed, opened in ` +
    `${seconds.toFixed(1)} s; still open at the end: ${crowd.open()}. ` +
    `The process held ${(before / mebibyte).toFixed(0)} MiB before and ${(after / mebibyte).toFixed(0)} MiB with them: ` +
    `${((after - before) / opened / 1024).toFixed(0)} KiB a stream.`
  console.log(`${facts}\n\n${figures}`)
  crowd.leave()
  const text = `## Live pages

Written by \`npm run bench:events\`. ${circumstances()}

One \`next start\` of the production build; the streams' readers and PostgreSQL share the cores. ${rounds} announcements each,
timed from the return of their commit to each stream's reader. ${facts}

${figures}`
  await writeSection(join(import.meta.dirname, '../../../docs/performance.md'), 'events', text)
  if (opened < connections || everybody.missing + oneTeam.missing > 0) process.exitCode = 1
} finally {
  await web?.stop()
  await db?.$disconnect()
  await server.stop()
}

async function measure(database: Database, crowd: Crowd, team: string | null, wanted: number) {
  const times: number[] = []
  let missing = 0
  for (let round = 0; round < rounds; round += 1) {
    const key = `${team ?? 'all'}-${round}`
    await database.$transaction((tx) => announce(tx, { topic: 'integration', key, team }))
    const committed = performance.now()
    while (crowd.heard(key).length < wanted && performance.now() - committed < 10_000) await wait(5)
    // A reader may hear of it before the commit's return has reached us.
    times.push(...crowd.heard(key).map((moment) => Math.max(0, moment - committed)))
    missing += Math.max(0, wanted - crowd.heard(key).length)
  }
  return { times, missing }
}
