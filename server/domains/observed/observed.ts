/**
 * What the clusters hold, as last seen: one watch per kind for all readers, projected to the few fields that pages
 * show, kept in the database so that every replica and every restart has it. Each watch says when it was last heard.
 */
import type { Database } from '../../database/database.ts'
import type { Log } from '../../logging/log.ts'
import type { KubernetesObject, WatchEvent, WatchSign } from '../../ports/cluster.ts'
import type { Clusters } from '../../ports/clusters.ts'
import type { GitOps } from '../../ports/gitops/gitops.ts'
import { createKeeper, type Place } from './keeper.ts'
import { clusterKinds, type Observed, type ObservedKind, observedKinds, projectApplication } from './projections.ts'
import { createPulse } from './pulse.ts'

export {
  ObservedApplication,
  ObservedModel,
  ObservedNamespace,
  ObservedPod,
  ObservedQuota,
} from './projections.ts'
export { readPulses, type WatchPulse } from './pulse.ts'
export { observedOf, type Seen, watchProblem, watchProblems } from './reading.ts'

type Needs = {
  db: Database
  clusters: Clusters
  gitops: GitOps
  log: Log
  /** Namespaces in which something has changed that a request may wait for. */
  onChange: (namespaces: ReadonlySet<string>) => void
}

type Follow = (on: {
  onEvent: (event: WatchEvent<Observed>) => void
  onSign: (sign: WatchSign) => void
}) => Promise<void>

/** Runs until aborted: for the one worker that leads. */
export async function observeClusters(needs: Needs, signal: AbortSignal): Promise<void> {
  const { db, clusters, gitops, log, onChange } = needs
  await forgetOthers(db, [...clusters.all.map((each) => each.name), gitops.cluster])
  const watches = clusters.all.flatMap((cluster) =>
    clusterKinds.map((kind) => {
      const { ref, project, labelSelector } = observedKinds[kind]
      const served = clusters.environmentsOf(cluster.name)
      const read = (object: KubernetesObject) => tolerantly(object, project, log)
      return observe(cluster.name, kind, served, (on) =>
        cluster.watch(ref, { ...on, project: read, signal, ...(labelSelector ? { labelSelector } : {}) }),
      )
    }),
  )
  if (clusters.all.length > 0) watches.push(observe(gitops.cluster, 'application', undefined, followApplications))
  await Promise.all(watches)

  function followApplications({ onEvent, onSign }: Parameters<Follow>[0]) {
    return gitops.watch({
      signal,
      onSign,
      onEvent: (event) => {
        if (event.type === 'synced') onEvent({ type: 'synced', items: event.items.map(projectApplication) })
        else if (event.type === 'problem') onEvent(event)
        else onEvent({ type: event.type, item: projectApplication(event.item) })
      },
    })
  }

  async function observe(
    cluster: string,
    kind: ObservedKind,
    served: readonly string[] | undefined,
    follow: Follow,
  ): Promise<void> {
    const pulse = createPulse({ db, log, cluster, kind })
    const topic = kind === 'application' ? 'deployment' : observedKinds[kind].topic
    const onWritten = (places: readonly Place[], delays: readonly number[]) => {
      pulse.written(delays)
      if (kind === 'pod') return
      onChange(new Set(places.map((place) => namespaceOf(kind, place))))
    }
    const keeper = createKeeper({ db, log, cluster, kind, topic, signal, onWritten })
    // Two clusters may each have a namespace of the same name; an environment has one cluster, and counts only there.
    const belongs = ({ environment }: Observed) => !served || !environment || served.includes(environment)
    const onEvent = (event: WatchEvent<Observed>) => {
      switch (event.type) {
        case 'synced':
          keeper.replace(event.items.filter(belongs))
          return pulse.well(event.items.length)
        case 'changed':
          return belongs(event.item) ? keeper.put(event.item) : undefined
        case 'deleted':
          return keeper.remove(event.item)
        case 'problem':
          log.warn({ cluster, kind, problem: event.message }, 'a watch does not reach its cluster')
          return pulse.ill(event.message)
      }
    }
    await Promise.all([follow({ onEvent, onSign: pulse.sign }), keeper.run(), pulse.run(signal)])
  }
}

/** One object that is not as it should be must not end the watch of all the others. */
function tolerantly(object: KubernetesObject, project: (object: KubernetesObject) => Observed, log: Log): Observed {
  try {
    return project(object)
  } catch (error) {
    const { namespace = '', name } = object.metadata
    log.warn({ err: error, kind: object.kind, namespace, name }, 'an object cannot be read and is shown as it was')
    return { namespace, name, team: null, environment: null, data: null }
  }
}

const namespaceOf = (kind: ObservedKind, { namespace, name }: Place): string => {
  if (kind === 'namespace') return name
  return kind === 'application' ? (name.split('.')[0] ?? '') : namespace
}

/** What was seen of a cluster that is none of ours any more. */
async function forgetOthers(db: Database, names: readonly string[]): Promise<void> {
  await db.observation.deleteMany({ where: { cluster: { notIn: [...names] } } })
  const rows = await db.integrationStatus.findMany({ where: { name: { startsWith: 'watch:' } } })
  const others = rows.filter((row) => !names.some((name) => row.name.startsWith(`watch:${name}:`)))
  await db.integrationStatus.deleteMany({ where: { name: { in: others.map((row) => row.name) } } })
}
