/** Namespaces as a team sees them: what was agreed (claims), what the cluster holds (observed), what is on its way (requests). */
import { setTimeout as wait } from 'node:timers/promises'
import type { OutputOf, ParsedInputOf } from '../../contracts/contract.ts'
import { Environment, environments, NamespaceName, RequestId, TeamSlug } from '../../contracts/names.ts'
import type { getNamespace, listNamespaces, NamespaceDetail, NamespaceView } from '../../contracts/namespaces.ts'
import type { Policy } from '../../contracts/platform/policy.ts'
import type { getPodLog, PodLog } from '../../contracts/pods.ts'
import type { Database } from '../../database/database.ts'
import { type SortValues, sortedPage } from '../../database/sorted-page.ts'
import { notFound } from '../../errors.ts'
import type { Actor } from '../../permissions/actor.ts'
import { demand } from '../../permissions/permissions.ts'
import type { Clusters } from '../../ports/clusters.ts'
import { applicationView } from '../delivery/delivery.ts'
import { paths } from '../gitops/gitops.ts'
import {
  ObservedApplication,
  ObservedModel,
  ObservedNamespace,
  ObservedPod,
  ObservedQuota,
  observedOf,
  watchProblem,
  watchProblems,
} from '../observed/observed.ts'
import { monthlyCost, type PolicyService } from '../policy/policy.ts'
import { type HistoryEntry, requestHistory } from '../requests/requests.ts'
import { recentEvents } from './events.ts'
import { podLog } from './pod-log.ts'
import { podViews } from './pods.ts'
import { amountsInForce, amountsUsed } from './quota.ts'
import { stateOfNamespace } from './state.ts'

const patience = 2000
const free: Pick<Policy, 'prices'> = { prices: { cpu: 0, memory: 0, gpu: 0, storage: 0 } }

type Needs = { db: Database; clusters: Clusters; policy: PolicyService }
type Claim = Awaited<ReturnType<Database['namespaceClaim']['findMany']>>[number]

/** A team has few enough namespaces to put in order here. */
const sortValues: SortValues<NamespaceView> = {
  name: (each) => each.name,
  environment: (each) => environments.indexOf(each.environment),
  state: (each) => each.state,
  cpu: (each) => each.quota && (each.used?.cpu ?? 0),
  memory: (each) => each.quota && (each.used?.memory ?? 0),
  gpu: (each) => each.quota && (each.used?.gpu ?? 0),
  storage: (each) => each.quota && (each.used?.storage ?? 0),
  models: (each) => each.models,
  monthlyCost: (each) => each.monthlyCost,
}

export function createNamespaces({ db, clusters, policy }: Needs) {
  async function prices(): Promise<Pick<Policy, 'prices'>> {
    // A cost is a courtesy: without the policy it is left at nothing rather than hiding the namespaces, or holding them up.
    const known = policy.current().catch(() => free)
    return Promise.race([known, wait(patience, free, { ref: false })])
  }

  async function viewsOf(claims: Claim[], pending: HistoryEntry[], team: string): Promise<NamespaceView[]> {
    const [namespaces, quotas, applications, models, problemOf, price] = await Promise.all([
      observedOf(db, 'namespace', ObservedNamespace, { team }),
      observedOf(db, 'quota', ObservedQuota, { team }),
      observedOf(db, 'application', ObservedApplication, { team }),
      observedOf(db, 'model', ObservedModel, { team }),
      watchProblems(db, 'quota'),
      prices(),
    ])
    return claims.map((claim) => {
      const seen = namespaces.find((each) => each.name === claim.name)
      const quota = quotas.find((each) => each.namespace === claim.name && each.name === 'team-quota')
      const application = applications.find((each) => each.name === paths.applicationOfNamespace(claim.name))
      const inForce = quota ? amountsInForce(quota.data) : null
      const open = pending.find((each) => each.namespace === claim.name && each.model === null)
      const environment = Environment.parse(claim.environment)
      return {
        name: NamespaceName.parse(claim.name),
        team: TeamSlug.parse(claim.teamSlug),
        environment,
        ...stateOfNamespace({ claim, seen: seen?.data, hasQuota: quota !== undefined, application: application?.data }),
        quota: inForce,
        used: quota ? amountsUsed(quota.data) : null,
        models: models.filter((each) => each.namespace === claim.name).length,
        monthlyCost: inForce ? monthlyCost(price, inForce) : 0,
        openRequest: open ? RequestId.parse(open.id) : null,
        freshness: {
          observedAt: quota?.observedAt.toISOString() ?? null,
          problem: problemOf(clusters.of(environment).name),
        },
      }
    })
  }

  async function claimOf(team: TeamSlug, namespace: NamespaceName): Promise<Claim> {
    const claim = await db.namespaceClaim.findUnique({ where: { name: namespace } })
    if (!claim || claim.teamSlug !== team) throw notFound(`The namespace ${namespace}`)
    return claim
  }

  return {
    async list(actor: Actor, input: ParsedInputOf<typeof listNamespaces>): Promise<OutputOf<typeof listNamespaces>> {
      demand(actor, 'namespace.list', input.team)
      const [claims, pending] = await Promise.all([
        db.namespaceClaim.findMany({
          where: { teamSlug: input.team, ...(input.environment ? { environment: input.environment } : {}) },
        }),
        requestHistory(db, { team: input.team, open: true }),
      ])
      return sortedPage(await viewsOf(claims, pending, input.team), input, sortValues, (each) => each.name)
    },

    async get(actor: Actor, input: ParsedInputOf<typeof getNamespace>): Promise<NamespaceDetail> {
      demand(actor, 'namespace.read', input.team)
      const claim = await claimOf(input.team, input.namespace)
      const [history, [seen], problem, pods, recent] = await Promise.all([
        requestHistory(db, { team: input.team, namespace: input.namespace }),
        observedOf(db, 'application', ObservedApplication, { name: paths.applicationOfNamespace(claim.name) }),
        watchProblem(db, 'application'),
        observedOf(db, 'pod', ObservedPod, { namespace: claim.name, team: input.team }),
        recentEvents(clusters.of(Environment.parse(claim.environment)), claim.name),
      ])
      const [view] = await viewsOf(
        [claim],
        history.filter((each) => each.open),
        input.team,
      )
      if (!view) throw notFound(`The namespace ${input.namespace}`)
      return {
        ...view,
        application: seen ? applicationView(seen, problem) : null,
        objects: seen?.data.resources ?? [],
        pods: podViews(pods),
        ...recent,
        requests: history
          .filter((each) => each.model === null)
          .map(({ id, number, title, stateLabel, at }) => ({ id, number, title, stateLabel, at })),
      }
    },

    async podLog(actor: Actor, input: ParsedInputOf<typeof getPodLog>): Promise<PodLog> {
      demand(actor, 'pod.readLog', input.team)
      const claim = await claimOf(input.team, input.namespace)
      return podLog(clusters.of(Environment.parse(claim.environment)), input)
    },
  }
}
