/** Many people, each with a live page open; every one says when they heard of something. */
import { randomUUID } from 'node:crypto'
import { Agent, request } from 'node:http'
import type { Config } from '../../../server/config.ts'
import { UserId } from '../../../server/contracts/names.ts'
import type { Database } from '../../../server/database/database.ts'
import { sessionCookie } from '../../../server/http/guards/session.ts'

export const teamCount = 40

/** People of forty teams, each as the cookie of a session. */
export async function makeCrowd(db: Database, config: Config, count: number): Promise<string[]> {
  const slugs = Array.from({ length: teamCount }, (_, number) => `team-${number}`)
  const teams = await db.team.createManyAndReturn({
    data: slugs.map((slug) => ({ slug, name: slug, costCentre: 'CC-1', onCall: '#on-call', allowances: {} })),
    select: { id: true },
  })
  const people = Array.from({ length: count }, (_, place) => ({ id: randomUUID(), place }))
  await db.user.createMany({
    data: people.map(({ id, place }) => ({ id, issuer: 'bench', subject: id, name: `Member ${place}` })),
  })
  await db.membership.createMany({
    data: people.map(({ id, place }) => ({ userId: id, teamId: teams[place % teamCount]?.id ?? '', role: 'member' })),
  })
  const signedInAt = Math.floor(Date.now() / 1000)
  return Promise.all(
    people.map(async ({ id }) => {
      const cookie = await sessionCookie({ userId: UserId.parse(id), sessionVersion: 1, signedInAt }, config)
      return cookie.split(';')[0] ?? ''
    }),
  )
}

export type Crowd = {
  open(): number
  failed(): number
  /** The moments at which this key arrived, by performance.now(). */
  heard(key: string): readonly number[]
  leave(): void
}

export async function follow(url: string, cookies: readonly string[]): Promise<Crowd> {
  const arrivals = new Map<string, number[]>()
  const agent = new Agent({ maxSockets: Number.POSITIVE_INFINITY })
  let open = 0
  let failed = 0

  function one(cookie: string): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const call = request(`${url}/api/v1/events`, { headers: { cookie }, agent })
    call.on('response', (response) => {
      if (response.statusCode === 200) open += 1
      else failed += 1
      response.setEncoding('utf8')
      response.on('data', (text: string) => {
        const now = performance.now()
        for (const [, key = ''] of text.matchAll(/"key":"([^"]+)"/g)) {
          const moments = arrivals.get(key)
          if (moments) moments.push(now)
          else arrivals.set(key, [now])
        }
      })
      response.on('error', () => undefined) // told by its close
      response.on('close', () => {
        open -= 1
      })
      resolve()
    })
    call.on('error', () => {
      failed += 1
      resolve()
    })
    call.end()
    return promise
  }

  const atOnce = 50
  for (let from = 0; from < cookies.length; from += atOnce) {
    await Promise.all(cookies.slice(from, from + atOnce).map(one))
  }
  return {
    open: () => open,
    failed: () => failed,
    heard: (key) => arrivals.get(key) ?? [],
    leave: () => agent.destroy(),
  }
}
