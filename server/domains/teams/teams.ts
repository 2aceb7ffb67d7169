/**
 * Teams: a platform admin makes one with its allowance, maintainers look after its people, and it is archived when
 * nothing is left in it. Each change is one transaction with its row in the audit.
 */
import type { OutputOf, ParsedInputOf } from '../../contracts/contract.ts'
import { environments } from '../../contracts/names.ts'
import {
  Allowances,
  type createTeam,
  type getAllowanceUse,
  type listTeams,
  type setAllowances,
  type TeamView,
  type updateTeam,
} from '../../contracts/people.ts'
import { add, amountsOf, combine, noAmounts } from '../../contracts/quantity.ts'
import { pageOf } from '../../database/cursor.ts'
import type { Database, Queryable } from '../../database/database.ts'
import { keyset, type SortField } from '../../database/keyset.ts'
import { failure, notFound } from '../../errors.ts'
import type { Actor } from '../../permissions/actor.ts'
import { demand, visibleTeams } from '../../permissions/permissions.ts'
import type { Clock } from '../../ports/clock.ts'
import { recordAudit } from '../audit/audit.ts'
import { announce } from '../live/live.ts'
import { addMappedMembers, type GroupRoles, type Standings } from '../people/people.ts'
import { createMembers } from './members.ts'
import { demandFreeSlug } from './names.ts'
import { demandVersion, lockTeam, openTeam } from './store.ts'
import { type TeamRow, teamView } from './view.ts'

export { openTeam } from './store.ts'

type Needs = { db: Database; clock: Clock; standings: Standings; groupRoles: GroupRoles }

export type Teams = ReturnType<typeof createTeams>

const sortFields: Record<string, SortField> = {
  slug: { path: ['slug'], kind: 'text' },
  name: { path: ['name'], kind: 'text' },
  costCentre: { path: ['costCentre'], kind: 'text' },
  onCall: { path: ['onCall'], kind: 'text' },
  createdAt: { path: ['createdAt'], kind: 'time' },
}

export function createTeams({ db, clock, standings, groupRoles }: Needs) {
  async function countMembers(queryable: Queryable, teamId: string): Promise<number> {
    return queryable.user.count({ where: { memberships: { some: { teamId } } } })
  }
  const viewed = async (queryable: Queryable, row: TeamRow & { id: string }) =>
    teamView(row, await countMembers(queryable, row.id))

  /** The part that all changes of a team's own row share. */
  async function change(
    actor: Actor,
    action: string,
    slug: string,
    version: number | undefined,
    data: (team: TeamRow) => Partial<{ name: string; costCentre: string; onCall: string; allowances: Allowances }>,
  ): Promise<TeamView> {
    demand(actor, action, slug)
    return db.$transaction(async (tx) => {
      const team = openTeam(await lockTeam(tx, slug))
      if (version !== undefined) demandVersion(team, version)
      const wanted = data(team)
      const after = await tx.team.update({ where: { id: team.id }, data: { ...wanted, version: { increment: 1 } } })
      await announce(tx, { topic: 'team', key: slug, team: slug })
      const before = Object.fromEntries(Object.entries(team).filter(([key]) => key in wanted))
      const object = { kind: 'team', id: slug, name: after.name }
      await recordAudit(tx, { actor, action, object, team: slug, before, after: wanted })
      return viewed(tx, after)
    })
  }

  return {
    ...createMembers({ db, standings }),

    async list(actor: Actor, input: ParsedInputOf<typeof listTeams>): Promise<OutputOf<typeof listTeams>> {
      demand(actor, 'team.list')
      const visible = visibleTeams(actor)
      const { where, orderBy, cursorOf } = keyset(input.sort, sortFields, input.cursor)
      const rows = await db.team.findMany({
        where: { AND: [visible === 'all' ? {} : { slug: { in: visible } }, where] },
        orderBy,
        take: input.limit + 1,
      })
      const people = await db.membership.findMany({
        where: { teamId: { in: rows.map((row) => row.id) } },
        distinct: ['teamId', 'userId'],
        select: { teamId: true },
      })
      const counts = Map.groupBy(people, (each) => each.teamId)
      return pageOf(rows, input.limit, (row) => teamView(row, counts.get(row.id)?.length ?? 0), cursorOf)
    },

    async get(actor: Actor, slug: string): Promise<TeamView> {
      demand(actor, 'team.read', slug)
      const team = await db.team.findUnique({ where: { slug } })
      if (!team) throw notFound(`Team ${slug}`)
      return viewed(db, team)
    },

    async create(actor: Actor, input: ParsedInputOf<typeof createTeam>): Promise<TeamView> {
      demand(actor, 'team.create')
      const { slug, name, costCentre, onCall } = input
      const allowances = amounts(input.allowances)
      const view = await db.$transaction(async (tx) => {
        await demandFreeSlug(tx, slug)
        const team = await tx.team.create({ data: { slug, name, costCentre, onCall, allowances } })
        await addMappedMembers(tx, groupRoles, team)
        await announce(tx, { topic: 'team', key: slug, team: slug })
        await recordAudit(tx, {
          actor,
          action: 'team.create',
          object: { kind: 'team', id: slug, name },
          team: slug,
          after: { name, costCentre, onCall, allowances },
        })
        return viewed(tx, team)
      })
      standings.forget()
      return view
    },

    update: (actor: Actor, { team, ...fields }: ParsedInputOf<typeof updateTeam>, version?: number) =>
      change(actor, 'team.update', team, version, () =>
        Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)),
      ),

    setAllowances: (actor: Actor, input: ParsedInputOf<typeof setAllowances>, version?: number) =>
      change(actor, 'team.setAllowances', input.team, version, () => ({ allowances: amounts(input.allowances) })),

    async archive(actor: Actor, slug: string): Promise<TeamView> {
      demand(actor, 'team.archive', slug)
      return db.$transaction(async (tx) => {
        const team = openTeam(await lockTeam(tx, slug))
        const namespaces = await tx.namespaceClaim.findMany({ where: { teamSlug: slug }, select: { name: true } })
        const open = await tx.request.count({ where: { teamId: team.id, openTarget: { not: null } } })
        if (namespaces.length > 0 || open > 0) {
          const left = namespaces.length > 0 ? namespaces.map((each) => each.name).join(', ') : `${open} open requests`
          throw failure('wrong_state', `Team ${slug} still has ${left}.`, 'Delete its namespaces first.')
        }
        const now = clock.now()
        await tx.apiToken.updateMany({ where: { teamId: team.id, revokedAt: null }, data: { revokedAt: now } })
        const data = { archivedAt: now, version: { increment: 1 } }
        const after = await tx.team.update({ where: { id: team.id }, data })
        await announce(tx, { topic: 'team', key: slug, team: slug })
        const object = { kind: 'team', id: slug, name: team.name }
        await recordAudit(tx, { actor, action: 'team.archive', object, team: slug, after: { archivedAt: now } })
        return viewed(tx, after)
      })
    },

    async allowanceUse(actor: Actor, slug: string): Promise<OutputOf<typeof getAllowanceUse>> {
      demand(actor, 'team.read', slug)
      const team = await db.team.findUnique({ where: { slug } })
      if (!team) throw notFound(`Team ${slug}`)
      const allowances = Allowances.parse(team.allowances)
      const claims = await db.namespaceClaim.findMany({ where: { teamSlug: slug } })
      return {
        environments: environments.map((environment) => {
          const committed = claims
            .filter((claim) => claim.environment === environment)
            .map(({ cpu, memory, gpu, storage }) => ({
              cpu: Number(cpu),
              memory: Number(memory),
              gpu,
              storage: Number(storage),
            }))
            .reduce(add, noAmounts)
          const allowance = allowances[environment]
          const left = combine(allowance, committed, (most, taken) => Math.max(0, most - taken))
          return { environment, allowance, committed, left }
        }),
      }
    },
  }
}

const amounts = (input: ParsedInputOf<typeof createTeam>['allowances']): Allowances => ({
  dev: amountsOf(input.dev),
  staging: amountsOf(input.staging),
  prod: amountsOf(input.prod),
})
