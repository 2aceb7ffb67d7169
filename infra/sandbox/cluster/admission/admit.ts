import type { Call } from '../call.ts'
import { forbidden, notFound } from '../http/status.ts'
import { type KubeObject, nameOf } from '../json.ts'

export function admit(call: Call, value: KubeObject, live: KubeObject | undefined): void {
  if (!live) namespaceTakesNew(call, nameOf(value))
}

export function settleQuota(_call: Call, _value: KubeObject, _live: KubeObject | undefined): () => void {
  return () => {}
}

function namespaceTakesNew({ cluster, kind, info }: Call, name: string): void {
  if (!kind.namespaced) return
  const namespace = cluster.store.get('/namespaces', info.namespace)
  if (!namespace) throw notFound({ group: '', plural: 'namespaces', kind: 'Namespace' }, info.namespace)
  if (!namespace.metadata.deletionTimestamp) return
  throw forbidden(
    kind,
    name,
    `unable to create new content in namespace ${info.namespace} because it is being terminated`,
    [
      {
        reason: 'NamespaceTerminating',
        message: `namespace ${info.namespace} is being terminated`,
        field: 'metadata.namespace',
      },
    ],
  )
}
