// What is particular to each built-in kind: its defaults, what the server fills in, what it refuses.
import type { Call } from '../call.ts'
import type { FieldError } from '../http/status.ts'
import type { KubeObject } from '../json.ts'
import { crdStorage, type Served } from '../kinds/catalogue.ts'
import { checkDefinition, defaultDefinition, establish } from './custom-resource-definition.ts'
import { namespaceRules } from './namespace.ts'

export type Rules = {
  /** Fills in what was left out, as Kubernetes' defaulting does. */
  defaults: (value: KubeObject) => void
  /** Sets what only the server decides (phases, addresses, conditions). */
  prepare: (call: Call, value: KubeObject, live: KubeObject | undefined) => void
  validate: (value: KubeObject, live: KubeObject | undefined, call: Call) => FieldError[]
}

const none: Rules = { defaults: () => {}, prepare: () => {}, validate: () => [] }

const byStorage: Record<string, Partial<Rules>> = {
  [crdStorage]: {
    defaults: defaultDefinition,
    prepare: (_call, value, live) => establish(value, live),
    validate: checkDefinition,
  },
  '/namespaces': namespaceRules,
}

export const rulesFor = (kind: Served): Rules => ({ ...none, ...byStorage[kind.storage] })
