/** Deployments: what the cluster holds of a team's models, one state in one word, and the requests behind it. */
import type { OutputOf, ParsedInputOf } from '../../contracts/contract.ts'
import type { DeploymentDetail, DeploymentView, getDeployment, listDeployments } from '../../contracts/deployments.ts'
import { Environment, environments, ModelName, NamespaceName, TeamSlug } from '../../contracts/names.ts'
import type { Database } from '../../database/database.ts'
import { type SortValues, sortedPage } from '../../database/sorted-page.ts'
import { notFound } from '../../errors.ts'
import type { Actor } from '../../permissions/actor.ts'
import { demand } from '../../permissions/permissions.ts'
import { applicationView } from '../delivery/delivery.ts'
import { paths } from '../gitops/gitops.ts'
import {
  ObservedApplication,
  ObservedModel,
  observedOf,
  type Seen,
  watchProblem,
  watchProblems,
} from '../observed/observed.ts'
import { type HistoryEntry, requestHistory } from '../requests/requests.ts'
import { stateOfDeployment } from './state.ts'
import { servedVersions } from './versions.ts'

type Place = { namespace: string; model: string }

const sortValues: SortValues<DeploymentView> = {
  servedName: (each) => each.servedName,
  model: (each) => each.model,
  namespace: (each) => each.namespace,
  environment: (each) => environments.indexOf(each.environment),
  state: (each) => each.state,
}

export function createDeployments({ db }: { db: Database }) {
  async function viewsOf(team: string): Promise<DeploymentView[]> {
    const [seenModels, applications, pending, problemOf, claims] = await Promise.all([
      observedOf(db, 'model', ObservedModel, { team }),
      observedOf(db, 'application', ObservedApplication, { team }),
      requestHistory(db, { team, open: true }),
      watchProblems(db, 'model'),
      db.namespaceClaim.findMany({ where: { teamSlug: team } }),
    ])
    const environmentOf = (namespace: string) =>
      claims.find((claim) => claim.name === namespace)?.environment ?? namespace.split('-').at(-1)
    // What somebody has put there by hand, under a name that the portal would not give, must not hide the rest.
    const models = seenModels.filter(
      ({ namespace, name }) =>
        ModelName.safeParse(name).success &&
        NamespaceName.safeParse(namespace).success &&
        Environment.safeParse(environmentOf(namespace)).success,
    )
    const view = (
      place: Place,
      seen: Seen<ObservedModel> | undefined,
      open: HistoryEntry | undefined,
    ): DeploymentView => {
      const name = paths.applicationOfModel(place.namespace, place.model)
      const application = applications.find((each) => each.name === name)
      return {
        team: TeamSlug.parse(team),
        environment: Environment.parse(environmentOf(place.namespace)),
        namespace: NamespaceName.parse(place.namespace),
        model: ModelName.parse(place.model),
        servedName: paths.servedName(place.namespace, place.model),
        ...stateOfDeployment({ seen: seen?.data, application: application?.data, open }),
        endpoint: seen?.data.url ?? null,
        versions: seen ? servedVersions(seen.data) : [],
        openRequest: open ? { id: open.id, number: open.number, stateLabel: open.stateLabel } : null,
        freshness: { observedAt: seen?.observedAt.toISOString() ?? null, problem: problemOf(seen?.cluster) },
      }
    }
    const isAt = (place: Place) => (entry: HistoryEntry) =>
      entry.namespace === place.namespace && entry.model === place.model
    const observed = models.map((seen) => {
      const place = { namespace: seen.namespace, model: seen.name }
      return view(place, seen, pending.find(isAt(place)))
    })
    // What is asked for and not in the cluster yet stands in the list too.
    const coming = pending.flatMap((entry) => {
      if (entry.model === null || entry.kind !== 'model.deploy') return []
      const place = { namespace: entry.namespace, model: entry.model }
      return models.some((seen) => seen.namespace === place.namespace && seen.name === place.model)
        ? []
        : [view(place, undefined, entry)]
    })
    return [...observed, ...coming].sort((left, right) => left.servedName.localeCompare(right.servedName))
  }

  return {
    async list(actor: Actor, input: ParsedInputOf<typeof listDeployments>): Promise<OutputOf<typeof listDeployments>> {
      demand(actor, 'deployment.list', input.team)
      const all = (await viewsOf(input.team)).filter(
        (each) =>
          (!input.environment || each.environment === input.environment) &&
          (!input.namespace || each.namespace === input.namespace),
      )
      return sortedPage(all, input, sortValues, (each) => each.servedName)
    },

    async get(actor: Actor, input: ParsedInputOf<typeof getDeployment>): Promise<DeploymentDetail> {
      demand(actor, 'deployment.read', input.team)
      const view = (await viewsOf(input.team)).find(
        (each) => each.namespace === input.namespace && each.model === input.model,
      )
      if (!view) throw notFound(`A deployment of ${input.model} in ${input.namespace}`)
      const [history, [seen], [application], problem] = await Promise.all([
        requestHistory(db, { team: input.team, namespace: input.namespace, model: input.model }),
        observedOf(db, 'model', ObservedModel, { namespace: input.namespace, name: input.model }),
        observedOf(db, 'application', ObservedApplication, {
          name: paths.applicationOfModel(input.namespace, input.model),
        }),
        watchProblem(db, 'application'),
      ])
      const merged = history.filter((each) => each.merged)
      return {
        ...view,
        application: application ? applicationView(application, problem) : null,
        replicas: (seen?.data.replicas ?? []).map((each) => ({
          name: each.name,
          state: each.state,
          message: each.message ?? null,
        })),
        limits: {
          concurrency: seen?.data.spec?.limits?.concurrency ?? null,
          requestsPerSecond: seen?.data.spec?.limits?.requestsPerSecond ?? null,
          timeoutMilliseconds: seen?.data.spec?.limits?.timeoutMilliseconds ?? null,
        },
        history: history.map(({ id, number, title, stateLabel, at }) => ({
          id,
          number,
          title,
          stateLabel,
          at,
          canUndo: merged.length > 1 && merged[0]?.id === id && view.openRequest === null,
        })),
      }
    },
  }
}
