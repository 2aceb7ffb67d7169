/** The cluster port over a Kubernetes API server. */
import { z } from 'zod'
import { type Cluster, type KindRef, type KubernetesObject, kinds } from '../../ports/cluster.ts'
import { readLog } from './logs.ts'
import { follow, listAll, type Pace } from './watch.ts'
import { parseObject } from './wire/objects.ts'
import { pathOf } from './wire/paths.ts'
import { createTransport, type LoadConfig } from './wire/transport.ts'

const Version = z.object({ gitVersion: z.string() })
const Review = z.object({ status: z.object({ allowed: z.boolean() }) })

export type ClusterTuning = Pace & { fieldManager?: string }

export function createKubernetesCluster(
  load: LoadConfig,
  name: string,
  { fieldManager = 'modelyard-portal', ...pace }: ClusterTuning = {},
): Cluster {
  const transport = createTransport(load, name)
  const kindOf = (object: KubernetesObject): KindRef => {
    const known = Object.values(kinds).find(
      (kind) => kind.kind === object.kind && kind.apiVersion === object.apiVersion,
    )
    return (
      known ?? {
        apiVersion: object.apiVersion,
        kind: object.kind,
        plural: pluralOf(object.kind),
        namespaced: object.metadata.namespace !== undefined,
      }
    )
  }
  return {
    name,
    async get(kind, objectName, namespace) {
      const answer = await transport.json({ method: 'GET', path: pathOf(kind, namespace, objectName) })
      return answer === undefined ? undefined : parseObject(answer, kind)
    },
    async list(kind, selection = {}) {
      return (await listAll(transport, kind, selection, (object) => object, pace)).items
    },
    async apply(object, { dryRun = false, force = false } = {}) {
      const kind = kindOf(object)
      const { status, text } = await transport.text({
        method: 'PATCH',
        path: pathOf(kind, object.metadata.namespace, object.metadata.name),
        query: {
          fieldManager,
          force: force ? 'true' : undefined,
          dryRun: dryRun ? 'All' : undefined,
          fieldValidation: 'Strict',
        },
        contentType: 'application/apply-patch+yaml',
        body: JSON.stringify(object),
      })
      // Not found is said of a namespace, a kind or an object: the cluster's own words tell which.
      if (status >= 300) throw transport.refused(status, text)
      return parseObject(JSON.parse(text), kind)
    },
    watch: (kind, options) => follow(transport, kind, options, pace),
    logs: (namespace, pod, options = {}) => readLog(transport, namespace, pod, options),
    async canI(verb, kind, namespace) {
      const [group, version] = kind.apiVersion.includes('/') ? kind.apiVersion.split('/') : ['', kind.apiVersion]
      const [resource, subresource] = kind.plural.split('/')
      const answer = await transport.json({
        method: 'POST',
        path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
        body: JSON.stringify({
          apiVersion: 'authorization.k8s.io/v1',
          kind: 'SelfSubjectAccessReview',
          spec: { resourceAttributes: { group, version, resource, subresource, verb, namespace } },
        }),
      })
      return Review.parse(answer).status.allowed
    },
    async patch(kind, objectName, namespace, change) {
      const { status, text } = await transport.text({
        method: 'PATCH',
        path: pathOf(kind, namespace, objectName),
        query: { fieldManager },
        contentType: 'application/merge-patch+json',
        body: JSON.stringify(change),
      })
      if (status >= 300) throw transport.refused(status, text)
      return parseObject(JSON.parse(text), kind)
    },
    async probe() {
      const answer = await transport.json({ method: 'GET', path: '/version', timeoutMilliseconds: 5_000 })
      return { version: Version.parse(answer).gitVersion, address: transport.address() }
    },
  }
}

const pluralOf = (kind: string) =>
  (kind.endsWith('y') ? `${kind.slice(0, -1)}ies` : kind.endsWith('s') ? `${kind}es` : `${kind}s`).toLowerCase()
