/** From the secret in a request to the actor behind it; remembered for a few seconds, since every call asks. */
import type { TokenScope } from '../../contracts/tokens.ts'
import { TokenScope as TokenScopeSchema } from '../../contracts/tokens.ts'
import type { Database } from '../../database/database.ts'
import type { Actor } from '../../permissions/actor.ts'
import type { Clock } from '../../ports/clock.ts'
import { remembered } from '../../remembered.ts'
import type { Standings } from '../people/people.ts'
import { hashOfSecret, looksLikeSecret } from './secret.ts'

type Key = {
  id: string
  name: string
  scopes: readonly TokenScope[]
  userId: string
  team: string | null
  expiresAt: Date
}

const rememberedFor = 20_000
const most = 10_000
/** The time of last use is written this often, not at every call. */
const useIsWrittenEvery = 60_000

export function createKeyring({ db, clock, standings }: { db: Database; clock: Clock; standings: Standings }) {
  const keys = remembered((hash) => load(db, hash), {
    milliseconds: rememberedFor,
    most,
    now: () => clock.now().getTime(),
    keep: (key) => key !== undefined,
  })
  const written = new Map<string, number>()

  async function noteUse(key: Key): Promise<void> {
    const now = clock.now()
    if (now.getTime() - (written.get(key.id) ?? 0) < useIsWrittenEvery) return
    written.set(key.id, now.getTime())
    if (written.size > most) written.delete(written.keys().next().value ?? '')
    await db.apiToken.updateMany({ where: { id: key.id }, data: { lastUsedAt: now } })
  }

  return {
    /** The actor, or undefined where the secret opens nothing (any more). */
    async actorOf(secret: string, requestId: string | null): Promise<Actor | undefined> {
      if (!looksLikeSecret(secret)) return undefined
      const key = await keys.of(hashOfSecret(secret))
      if (!key || key.expiresAt <= clock.now()) return undefined
      const maker = await standings.of(key.userId)
      if (!maker || maker.disabled) return undefined
      await noteUse(key)
      const base = { kind: 'token', userId: maker.userId, scopes: key.scopes, requestId } as const
      if (key.team !== null) {
        const teams = new Map([[key.team, 'member' as const]])
        return { ...base, name: `${key.name} (token of team ${key.team})`, platformRoles: [], teams }
      }
      const { platformRoles, teams } = maker
      return { ...base, name: `${maker.name} (token ${key.name})`, platformRoles, teams }
    },
    forget: (hash: string): void => keys.forget(hash),
  }
}

async function load(db: Database, hash: string): Promise<Key | undefined> {
  const row = await db.apiToken.findUnique({ where: { hash }, include: { team: { select: { slug: true } } } })
  if (!row || row.revokedAt) return undefined
  const scopes = row.scopes.map((scope) => TokenScopeSchema.parse(scope))
  const { id, name, userId, expiresAt } = row
  return { id, name, scopes, userId, team: row.team?.slug ?? null, expiresAt }
}
