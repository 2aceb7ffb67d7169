import { randomUUID } from 'node:crypto'
import { clusterRoles } from './authorization/bootstrap.ts'
import { type JsonObject, now } from './json.ts'
import type { Store } from './storage/store.ts'

/** What every Kubernetes cluster has from its first moment: its own namespaces and the user-facing roles. */
export function bootstrap(store: Store): void {
  const put = (
    storage: string,
    apiVersion: string,
    kind: string,
    name: string,
    labels: JsonObject,
    rest: JsonObject,
  ) => {
    if (store.get(storage, name)) return
    const metadata = { name, uid: randomUUID(), creationTimestamp: now(), labels }
    store.put(storage, name, { apiVersion, kind, metadata, ...rest })
  }
  for (const name of ['default', 'kube-node-lease', 'kube-public', 'kube-system']) {
    const labels = { 'kubernetes.io/metadata.name': name }
    put('/namespaces', 'v1', 'Namespace', name, labels, {
      spec: { finalizers: ['kubernetes'] },
      status: { phase: 'Active' },
    })
  }
  const rbac = 'rbac.authorization.k8s.io'
  const labels = { 'kubernetes.io/bootstrapping': 'rbac-defaults' }
  for (const [name, rules] of Object.entries(clusterRoles)) {
    put(`${rbac}/clusterroles`, `${rbac}/v1`, 'ClusterRole', name, labels, { rules })
  }
  put(`${rbac}/clusterrolebindings`, `${rbac}/v1`, 'ClusterRoleBinding', 'cluster-admin', labels, {
    roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: 'cluster-admin' },
    subjects: [{ apiGroup: rbac, kind: 'Group', name: 'system:masters' }],
  })
}
