// What Kubernetes' admission plugins do before an object is stored, in their order.

import { preventEscalation } from '../authorization/escalation.ts'
import type { Call } from '../call.ts'
import { forbidden, notFound } from '../http/status.ts'
import { at, ensure, type KubeObject, nameOf, text } from '../json.ts'
import { checkLimits, defaultLimits } from './limit-range.ts'
import { checkPodSecurity } from './pod-security.ts'

export function admit(call: Call, value: KubeObject, live: KubeObject | undefined): void {
  if (!live) namespaceTakesNew(call, nameOf(value))
  const isNewPod = call.kind.storage === '/pods' && !live
  if (isNewPod) {
    defaultLimits(call, value)
    attachServiceAccount(call, value)
  }
  if (isNewPod || call.kind.storage === '/persistentvolumeclaims') checkLimits(call, value)
  checkPodSecurity(call, value, live)
  preventEscalation(call, value, live)
}

function namespaceTakesNew({ cluster, kind, info }: Call, name: string): void {
  if (!kind.namespaced) return
  const namespace = cluster.store.get('/namespaces', info.namespace)
  if (!namespace) throw notFound({ group: '', plural: 'namespaces', kind: 'Namespace' }, info.namespace)
  if (!namespace.metadata.deletionTimestamp) return
  const why = `unable to create new content in namespace ${info.namespace} because it is being terminated`
  throw forbidden(kind, name, why, [
    {
      reason: 'NamespaceTerminating',
      message: `namespace ${info.namespace} is being terminated`,
      field: 'metadata.namespace',
    },
  ])
}

function attachServiceAccount({ cluster, kind, info }: Call, pod: KubeObject): void {
  const spec = ensure(pod, 'spec')
  spec.serviceAccountName ??= 'default'
  spec.serviceAccount = spec.serviceAccountName
  const name = text(spec.serviceAccountName)
  const account = cluster.store.get('/serviceaccounts', `${info.namespace}/${name}`)
  if (!account) {
    const why = `error looking up service account ${info.namespace}/${name}: serviceaccount "${name}" not found`
    throw forbidden(kind, nameOf(pod), why)
  }
  const pullSecrets = at(account, 'imagePullSecrets')
  if (pullSecrets !== undefined) spec.imagePullSecrets ??= pullSecrets
}
