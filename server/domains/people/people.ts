/**
 * People. Somebody signs in and is known by issuer and subject from then on; their groups become roles; they are let
 * in for as long as their session's version is the current one and nobody has disabled them.
 */

import { z } from 'zod'
import type { OutputOf, ParsedInputOf } from '../../contracts/contract.ts'
import { TeamSlug, UserId } from '../../contracts/names.ts'
import type { findPeople, Me, setAccess } from '../../contracts/people.ts'
import { decodeCursor, pageOf } from '../../database/cursor.ts'
import type { Database } from '../../database/database.ts'
import { isUniqueViolation } from '../../database/errors.ts'
import { likeText } from '../../database/like.ts'
import { failure, notFound } from '../../errors.ts'
import { type Actor, systemActor } from '../../permissions/actor.ts'
import { actionsFor, demand, visibleTeams } from '../../permissions/permissions.ts'
import type { Clock } from '../../ports/clock.ts'
import { recordAudit } from '../audit/audit.ts'
import { announce } from '../live/live.ts'
import { type GroupRoles, mapGroups } from './group-roles.ts'
import { applyMappedTeams } from './memberships.ts'
import type { Standings } from './standing.ts'

// What other domains need of people they get here.
export { type GroupRoles, strongest } from './group-roles.ts'
export { addMappedMembers } from './memberships.ts'
export type { Standings } from './standing.ts'

/** What the identity provider says of somebody. Only issuer and subject tell who it is. */
export type Identity = {
  issuer: string
  subject: string
  name: string
  email: string | null
  groups: readonly string[]
}

export type Session = { userId: UserId; sessionVersion: number }

type Needs = { db: Database; clock: Clock; standings: Standings; groupRoles: GroupRoles }

export type People = ReturnType<typeof createPeople>

const manyTeams = 500

export function createPeople({ db, clock, standings, groupRoles }: Needs) {
  async function admit(identity: Identity): Promise<Session> {
    const mapped = mapGroups(groupRoles, identity.groups)
    const { issuer, subject, name, email } = identity
    const session = await db.$transaction(async (tx) => {
      const before = await tx.user.findUnique({ where: { issuer_subject: { issuer, subject } } })
      if (before?.disabledAt) {
        throw failure('forbidden', 'Your access to the portal is disabled.', 'Ask a platform admin to enable it.')
      }
      const data = {
        name,
        email,
        platformRoles: mapped.platform,
        groups: mapped.groups,
        lastSeenAt: clock.now(),
      }
      const user = before
        ? await tx.user.update({ where: { id: before.id }, data })
        : await tx.user.create({ data: { issuer, subject, ...data } })
      const changed = await applyMappedTeams(tx, user.id, mapped.teams)
      for (const team of changed) await announce(tx, { topic: 'member', key: team, team })
      const userId = UserId.parse(user.id)
      await recordAudit(tx, {
        actor: { ...systemActor(name), kind: 'user', userId },
        action: 'session.signIn',
        object: { kind: 'person', id: userId, name },
        before: before && { platformRoles: before.platformRoles, groups: before.groups },
        after: { platformRoles: user.platformRoles, groups: user.groups },
      })
      return { userId, sessionVersion: user.sessionVersion }
    })
    standings.forget(session.userId)
    return session
  }

  return {
    async signIn(identity: Identity): Promise<Session> {
      try {
        return await admit(identity)
      } catch (error) {
        if (isUniqueViolation(error)) return admit(identity) // the same person, in two windows, for the first time
        throw error
      }
    },

    /** The person behind a session, or undefined once it no longer counts. */
    async actorOf(session: Session, requestId: string | null): Promise<Actor | undefined> {
      const standing = await standings.of(session.userId)
      if (!standing || standing.disabled || standing.sessionVersion !== session.sessionVersion) return undefined
      const { userId, name, platformRoles, teams } = standing
      return { kind: 'user', userId, name, platformRoles, teams, scopes: null, requestId }
    },

    async getMe(actor: Actor): Promise<Me> {
      const { userId } = actor
      const user = userId && (await db.user.findUnique({ where: { id: userId } }))
      if (!userId || !user) throw failure('unauthenticated', 'Nobody is signed in.', 'Sign in again.')
      const visible = visibleTeams(actor)
      const teams = await db.team.findMany({
        where: { archivedAt: null, ...(visible === 'all' ? {} : { slug: { in: visible } }) },
        orderBy: { slug: 'asc' },
        take: manyTeams,
        select: { slug: true, name: true },
      })
      return {
        id: userId,
        name: user.name,
        email: user.email,
        platformRoles: [...actor.platformRoles],
        teams: teams.map(({ slug, name }) => ({
          slug: TeamSlug.parse(slug),
          name,
          role: actor.teams.get(slug) ?? null,
          can: actionsFor(actor, slug),
        })),
        can: actionsFor(actor),
      }
    },

    async find(actor: Actor, input: ParsedInputOf<typeof findPeople>): Promise<OutputOf<typeof findPeople>> {
      demand(actor, 'people.find')
      const { q, limit, cursor } = input
      const after = cursor ? decodeCursor(cursor, z.tuple([z.string(), z.uuid()])) : undefined
      const like = { contains: likeText(q), mode: 'insensitive' as const }
      const rows = await db.user.findMany({
        where: {
          disabledAt: null,
          ...(q ? { OR: [{ name: like }, { email: like }] } : {}),
          ...(after ? { AND: [{ OR: [{ name: { gt: after[0] } }, { name: after[0], id: { gt: after[1] } }] }] } : {}),
        },
        orderBy: [{ name: 'asc' }, { id: 'asc' }],
        take: limit + 1,
        select: { id: true, name: true, email: true },
      })
      return pageOf(
        rows,
        limit,
        (row) => ({ id: UserId.parse(row.id), name: row.name, email: row.email }),
        (row) => [row.name, row.id],
      )
    },

    async signOutEverywhere(actor: Actor): Promise<void> {
      demand(actor, 'me.signOut')
      const { userId } = actor
      if (!userId) throw failure('unauthenticated', 'Nobody is signed in.', 'Sign in first.')
      await db.$transaction(async (tx) => {
        await tx.user.update({ where: { id: userId }, data: { sessionVersion: { increment: 1 } } })
        const object = { kind: 'person', id: userId, name: actor.name }
        await recordAudit(tx, { actor, action: 'me.signOut', object })
      })
      standings.forget(userId)
    },

    async setAccess(actor: Actor, input: ParsedInputOf<typeof setAccess>): Promise<OutputOf<typeof setAccess>> {
      demand(actor, 'people.setAccess')
      const { user: userId, enabled, reason } = input
      if (actor.userId === userId && !enabled) {
        throw failure('wrong_state', 'You cannot shut yourself out.', 'Ask another platform admin to do it.')
      }
      const name = await db.$transaction(async (tx) => {
        const before = await tx.user.findUnique({ where: { id: userId } })
        if (!before) throw notFound('This person')
        await tx.user.update({
          where: { id: userId },
          data: {
            disabledAt: enabled ? null : (before.disabledAt ?? clock.now()),
            ...(enabled ? {} : { sessionVersion: { increment: 1 } }),
          },
        })
        await recordAudit(tx, {
          actor,
          action: 'people.setAccess',
          object: { kind: 'person', id: userId, name: before.name },
          before: { enabled: before.disabledAt === null },
          after: { enabled },
          reason,
        })
        return before.name
      })
      standings.forget(userId)
      return { id: userId, name, enabled }
    },
  }
}
