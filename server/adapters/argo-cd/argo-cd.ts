/** The GitOps port over Argo CD's own objects: it has no need of Argo CD's API server, nor of an account there. */
import { z } from 'zod'
import { IntegrationError } from '../../errors.ts'
import { type Cluster, ClusterError, faultOf, type KindRef, type KubernetesObject, kinds } from '../../ports/cluster.ts'
import { type Application, type GitOps, GitOpsError, type GitOpsFact } from '../../ports/gitops/gitops.ts'
import { parseApplication, refreshAnnotation, specOf } from './application.ts'
import { createLivelihood } from './livelihood.ts'

type Settings = {
  namespace: string
  /** The labels by which an Application is somebody's. */
  label: { team: string; environment: string }
}

const setRefreshAnnotation = 'argocd.argoproj.io/application-set-refresh'
const title = 'Argo CD'
const syncAttempts = 5

const statefulSet: KindRef = { apiVersion: 'apps/v1', kind: 'StatefulSet', plural: 'statefulsets', namespaced: true }
const Controller = z.object({
  spec: z.object({
    template: z.object({ spec: z.object({ containers: z.array(z.object({ image: z.string() })) }) }),
  }),
})
const SetStatus = z.object({
  conditions: z.array(z.object({ type: z.string(), status: z.string(), message: z.string().default('') })).default([]),
})

export function createArgoCd(cluster: Cluster, { namespace, label }: Settings): GitOps {
  const parse = (object: KubernetesObject) => parseApplication(object, label)
  const read = (name: string) => translated(() => cluster.get(kinds.application, name, namespace))
  const livelihood = createLivelihood()

  async function refresh(name: string, how: 'normal' | 'hard'): Promise<void> {
    const change = { metadata: { annotations: { [refreshAnnotation]: how } } }
    await translated(() => cluster.patch(kinds.application, name, namespace, change), name)
  }

  async function discoveryProblem(kind: 'namespaces' | 'models'): Promise<string | null> {
    const set = await translated(() => cluster.get(kinds.applicationSet, kind, namespace))
    if (!set) return `${title} has no ApplicationSet named ${kind}, so nothing makes an Application of a new folder.`
    const { conditions = [] } = SetStatus.safeParse(set.status).data ?? {}
    return conditions.find((each) => each.type === 'ErrorOccurred' && each.status === 'True')?.message || null
  }

  return {
    title,
    cluster: cluster.name,
    async get(name) {
      const object = await read(name)
      return object && parse(object)
    },
    watch: (options) =>
      cluster.watch<Application>(kinds.application, {
        ...options,
        namespace,
        project: parse,
        onEvent: (event) => {
          if (event.type === 'synced') livelihood.all(event.items)
          else if (event.type === 'changed') livelihood.seen(event.item)
          options.onEvent(event)
        },
      }),
    refresh,
    async discover(kind) {
      const change = { metadata: { annotations: { [setRefreshAnnotation]: 'true' } } }
      await translated(() => cluster.patch(kinds.applicationSet, kind, namespace, change), kind)
    },
    discoveryProblem,
    async sync(name, request) {
      for (let attempt = 1; ; attempt++) {
        const object = await read(name)
        if (!object) throw missing(name)
        if (object.operation !== undefined || parse(object).operation?.phase === 'Running') throw busy(name)
        // With the version that was read: of two who ask at once, one is told that the other was faster.
        const { resourceVersion } = object.metadata
        const change = { metadata: { resourceVersion }, operation: operationFor(specOf(object), request) }
        try {
          await translated(() => cluster.patch(kinds.application, name, namespace, change), name)
          return
        } catch (error) {
          // Argo CD itself writes there whenever it has looked, which is no reason to refuse.
          if (!(error instanceof GitOpsError) || error.fault !== 'busy' || attempt === syncAttempts) throw error
        }
      }
    },
    async probe() {
      const objects = await translated(() => cluster.list(kinds.application, { namespace }))
      const applications = objects.map(parse)
      const failing = applications.filter((each) => each.messages.some((message) => message.type.endsWith('Error')))
      const problems = await Promise.all((['namespaces', 'models'] as const).map(discoveryProblem))
      const problem = problems.find((each) => each !== null)
      const alive = await livelihood.check(applications, (name) => refresh(name, 'normal'))
      const facts: GitOpsFact[] = [
        { label: 'Namespace', value: namespace, ok: null },
        { label: 'Applications', value: String(applications.length), ok: null },
        ...(failing.length > 0 ? [{ label: 'With a fault', value: `${failing.length}`, ok: null }] : []),
        alive,
        ...(problem ? [{ label: 'New folders', value: problem, ok: false }] : []),
      ]
      return { version: await versionOf(cluster, namespace), facts }
    },
    async check() {
      const wanted = [
        ['See Applications', 'list', kinds.application],
        ['Follow Applications', 'watch', kinds.application],
        ['Ask to look again and to sync', 'patch', kinds.application],
        ['See ApplicationSets', 'get', kinds.applicationSet],
        ['Ask to look for new folders', 'patch', kinds.applicationSet],
      ] as const
      return translated(() =>
        Promise.all(
          wanted.map(async ([label_, verb, kind]) => {
            const allowed = await cluster.canI(verb, kind, namespace)
            return { label: label_, value: allowed ? 'allowed' : 'not allowed', ok: allowed }
          }),
        ),
      )
    },
  }
}

function operationFor(
  { source, sources, syncPolicy }: ReturnType<typeof specOf>,
  { by, prune }: { by: string; prune: boolean },
) {
  const revision = sources.length > 0 ? undefined : source.targetRevision || undefined
  return {
    initiatedBy: { username: by },
    info: [{ name: 'Reason', value: 'Asked for in Modelyard' }],
    sync: { prune, syncOptions: syncPolicy.syncOptions, ...(revision ? { revision } : {}) },
    ...(syncPolicy.retry ? { retry: syncPolicy.retry } : {}),
  }
}

/** From the image of the controller, where it runs in the cluster and may be seen. */
async function versionOf(cluster: Cluster, namespace: string): Promise<string | null> {
  try {
    const object = await cluster.get(statefulSet, 'argocd-application-controller', namespace)
    const image = Controller.safeParse(object).data?.spec.template.spec.containers[0]?.image
    return image?.match(/:([^:@/]+)(@|$)/)?.[1] ?? null
  } catch (error) {
    if (error instanceof ClusterError) return null // Not ours to see; the version is a courtesy.
    throw error
  }
}

const missing = (name: string) =>
  new GitOpsError('not_found', {
    detail: `${title} has nothing named ${name}.`,
    remedy:
      'It makes one within minutes after the merge. If none comes, a platform admin looks at its ApplicationSets.',
  })

const busy = (name: string) =>
  new GitOpsError('busy', {
    detail: `${title} is at work on ${name} already.`,
    remedy: 'Wait until it is done, then look whether anything is still to do.',
  })

/** What the cluster says of its objects, as said of Argo CD. */
async function translated<Value>(work: () => Promise<Value>, name = ''): Promise<Value> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof IntegrationError)) throw error
    switch (faultOf(error)) {
      case 'not_found':
        throw missing(name)
      case 'conflict':
        throw busy(name)
      case 'unreachable':
        throw new GitOpsError('unreachable', { ...error.explanation, cause: error })
      case 'denied':
      case 'unauthenticated':
        throw new GitOpsError('denied', { ...error.explanation, cause: error })
      default:
        throw new GitOpsError('failed', { ...error.explanation, cause: error })
    }
  }
}
