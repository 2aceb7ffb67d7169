/**
 * API tokens. A personal one acts as its maker, with what they may do at that moment and within its scopes; a team's
 * acts as a member of the team. Either stops when it expires, is revoked, or its maker is shut out.
 */
import type { OutputOf, ParsedInputOf } from '../../contracts/contract.ts'
import { UserId } from '../../contracts/names.ts'
import {
  type createTeamToken,
  type createToken,
  type listTeamTokens,
  type listTokens,
  type NewToken,
  TokenScope,
  type TokenView,
} from '../../contracts/tokens.ts'
import { pageOf } from '../../database/cursor.ts'
import type { Database, Transaction } from '../../database/database.ts'
import type { ApiToken } from '../../database/generated/client.ts'
import { keyset, type SortField } from '../../database/keyset.ts'
import { failure, notFound } from '../../errors.ts'
import type { Actor } from '../../permissions/actor.ts'
import { demand } from '../../permissions/permissions.ts'
import type { Clock } from '../../ports/clock.ts'
import { recordAudit } from '../audit/audit.ts'
import { announce } from '../live/live.ts'
import type { Standings } from '../people/people.ts'
import { openTeam } from '../teams/teams.ts'
import { createKeyring } from './keyring.ts'
import { hashOfSecret, makeSecret, prefixOf } from './secret.ts'

type Needs = { db: Database; clock: Clock; standings: Standings }
type Row = ApiToken & { user: { id: string; name: string } }
type Owner = { userId: UserId; team: { id: string; slug: string } | null }

export type Tokens = ReturnType<typeof createTokens>

const most = 50
const day = 24 * 60 * 60_000
const sortFields: Record<string, SortField> = {
  name: { path: ['name'], kind: 'text' },
  createdBy: { path: ['user', 'name'], kind: 'text' },
  createdAt: { path: ['createdAt'], kind: 'time' },
  lastUsedAt: { path: ['lastUsedAt'], kind: 'time', nullable: true },
  expiresAt: { path: ['expiresAt'], kind: 'time' },
}
const withMaker = { user: { select: { id: true, name: true } } }

export function createTokens({ db, clock, standings }: Needs) {
  const keyring = createKeyring({ db, clock, standings })

  function view(row: Row): TokenView {
    const { id, name, prefix } = row
    return {
      id,
      name,
      prefix,
      scopes: row.scopes.map((scope) => TokenScope.parse(scope)),
      createdBy: { id: UserId.parse(row.user.id), name: row.user.name },
      createdAt: row.createdAt.toISOString(),
      expiresAt: row.expiresAt.toISOString(),
      lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
      state: row.revokedAt ? 'revoked' : row.expiresAt <= clock.now() ? 'expired' : 'active',
    }
  }

  const ownedBy = ({ userId, team }: Owner) => (team ? { teamId: team.id } : { userId, teamId: null })

  async function list(owner: Owner, input: ParsedInputOf<typeof listTokens>): Promise<OutputOf<typeof listTokens>> {
    const { where, orderBy, cursorOf } = keyset(input.sort, sortFields, input.cursor)
    const rows = await db.apiToken.findMany({
      where: { AND: [ownedBy(owner), where] },
      orderBy,
      take: input.limit + 1,
      include: withMaker,
    })
    return pageOf(rows, input.limit, view, cursorOf)
  }

  async function create(
    actor: Actor,
    owner: Owner,
    { name, days, scopes }: { name: string; days: number; scopes: readonly TokenScope[] },
  ): Promise<NewToken> {
    const secret = makeSecret(owner.team ? 'team' : 'pat')
    const now = clock.now()
    return db.$transaction(async (tx) => {
      await tx.$queryRaw`SELECT "id" FROM "User" WHERE "id" = ${owner.userId}::uuid FOR UPDATE`
      const active = await tx.apiToken.count({ where: { ...ownedBy(owner), revokedAt: null, expiresAt: { gt: now } } })
      if (active >= most) {
        throw failure('wrong_state', `There are ${most} active tokens already.`, 'Revoke those that are not needed.')
      }
      const row = await tx.apiToken.create({
        data: {
          name,
          prefix: prefixOf(secret),
          hash: hashOfSecret(secret),
          scopes: [...scopes],
          userId: owner.userId,
          teamId: owner.team?.id ?? null,
          expiresAt: new Date(now.getTime() + days * day),
          createdAt: now,
        },
        include: withMaker,
      })
      await told(tx, actor, owner, 'create', row)
      return { ...view(row), secret }
    })
  }

  async function revoke(actor: Actor, owner: Owner, id?: string): Promise<number> {
    return db.$transaction(async (tx) => {
      const where = { ...ownedBy(owner), ...(id ? { id } : { revokedAt: null }) }
      const rows = await tx.apiToken.findMany({ where })
      if (id && rows.length === 0) throw notFound('This token')
      for (const row of rows.filter((each) => each.revokedAt === null)) {
        await tx.apiToken.update({ where: { id: row.id }, data: { revokedAt: clock.now() } })
        keyring.forget(row.hash)
        await told(tx, actor, owner, 'revoke', row)
      }
      return rows.length
    })
  }

  async function told(
    tx: Transaction,
    actor: Actor,
    { userId, team }: Owner,
    what: 'create' | 'revoke',
    row: ApiToken,
  ) {
    const { id, name, prefix, scopes, expiresAt } = row
    if (team) await announce(tx, { topic: 'token', key: id, team: team.slug })
    await recordAudit(tx, {
      actor,
      action: team ? `teamToken.${what}` : `token.${what}`,
      object: { kind: 'api token', id, name },
      team: team?.slug ?? null,
      ...(what === 'create'
        ? { after: { prefix, scopes, expiresAt, for: team?.slug ?? userId } }
        : { before: { prefix } }),
    })
  }

  function self(actor: Actor): Owner {
    if (actor.userId) return { userId: actor.userId, team: null }
    throw failure('forbidden', 'Only a person has tokens.', 'Sign in first.')
  }

  async function teamOf(actor: Actor, slug: string) {
    const team = await db.team.findUnique({ where: { slug }, select: { id: true, slug: true, archivedAt: true } })
    if (!team) throw notFound(`Team ${slug}`)
    return { ...self(actor), team }
  }

  return {
    actorOf: keyring.actorOf,

    async listOwn(actor: Actor, input: ParsedInputOf<typeof listTokens>) {
      demand(actor, 'token.list')
      return list(self(actor), input)
    },
    async createOwn(actor: Actor, input: ParsedInputOf<typeof createToken>) {
      demand(actor, 'token.create')
      return create(actor, self(actor), input)
    },
    async revokeOwn(actor: Actor, id: string): Promise<void> {
      demand(actor, 'token.revoke')
      await revoke(actor, self(actor), id)
    },
    async revokeAllOwn(actor: Actor) {
      demand(actor, 'token.revoke')
      return { revoked: await revoke(actor, self(actor)) }
    },
    async listOfTeam(actor: Actor, { team, ...input }: ParsedInputOf<typeof listTeamTokens>) {
      demand(actor, 'teamToken.list', team)
      return list(await teamOf(actor, team), input)
    },
    async createForTeam(actor: Actor, input: ParsedInputOf<typeof createTeamToken>) {
      demand(actor, 'teamToken.create', input.team)
      const owner = await teamOf(actor, input.team)
      openTeam(owner.team)
      return create(actor, owner, input)
    },
    async revokeOfTeam(actor: Actor, slug: string, id: string): Promise<void> {
      demand(actor, 'teamToken.revoke', slug)
      await revoke(actor, await teamOf(actor, slug), id)
    },
    async revokeAllOfTeam(actor: Actor, slug: string) {
      demand(actor, 'teamToken.revoke', slug)
      return { revoked: await revoke(actor, await teamOf(actor, slug)) }
    },
  }
}
