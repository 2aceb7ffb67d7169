// What is particular to each kind: its defaults, what the server fills in, what it refuses.
import type { Call } from '../call.ts'
import type { FieldError } from '../http/status.ts'
import { ensure, type KubeObject, nameOf } from '../json.ts'
import { crdStorage, type Served } from '../kinds/catalogue.ts'
import { resolve } from '../schema/schema.ts'
import { changeChecks } from './checks/changes.ts'
import { checkKind } from './checks/check-kind.ts'
import { checkDefinition, defaultDefinition, establish } from './custom-resource-definition.ts'
import { applyKindDefaults } from './defaults.ts'
import { prepareKind } from './prepare.ts'

export type Rules = {
  /** Fills in what was left out, as Kubernetes' defaulting does. */
  defaults: (value: KubeObject) => void
  /** Sets what only the server decides. */
  prepare: (call: Call, value: KubeObject, live: KubeObject | undefined) => void
  validate: (value: KubeObject, live: KubeObject | undefined) => FieldError[]
}

const nothing: Rules = { defaults: () => {}, prepare: () => {}, validate: () => [] }

const definitions: Rules = {
  defaults: defaultDefinition,
  prepare: (_call, value, live) => establish(value, live),
  validate: checkDefinition,
}

export function rulesFor(kind: Served): Rules {
  if (!kind.builtIn) return nothing
  if (kind.storage === crdStorage) return definitions
  const schema = resolve(kind.schema)
  return {
    defaults: (value) => {
      applyKindDefaults(value, schema)
      if (kind.storage === '/namespaces')
        ensure(value, 'metadata', 'labels')['kubernetes.io/metadata.name'] = nameOf(value)
    },
    prepare: prepareKind,
    validate: (value, live) => [
      ...checkKind(value, schema),
      ...((live && changeChecks[kind.storage]?.(value, live)) ?? []),
    ],
  }
}
