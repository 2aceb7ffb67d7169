import { ensure, nameOf } from '../json.ts'
import type { Rules } from './rules.ts'

export const namespaceRules: Partial<Rules> = {
  defaults: (namespace) => {
    ensure(namespace, 'metadata', 'labels')['kubernetes.io/metadata.name'] = nameOf(namespace)
  },
  prepare: (call, namespace, live) => {
    const isFinalizing = call.info.subresource === 'finalize'
    if (!live) {
      ensure(namespace, 'spec').finalizers ??= ['kubernetes']
      namespace.status = { phase: 'Active' }
    } else if (!isFinalizing) namespace.spec = live.spec
  },
}
