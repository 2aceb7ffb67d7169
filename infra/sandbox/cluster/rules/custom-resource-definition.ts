import type { Call } from '../call.ts'
import { type FieldError, forbiddenField, invalidValue, required } from '../http/status.ts'
import {
  at,
  clone,
  equal,
  type JsonObject,
  type KubeObject,
  nameOf,
  now,
  object,
  objects,
  text,
  texts,
} from '../json.ts'
import { crdStorage, type Served } from '../kinds/catalogue.ts'

const finalizer = 'customresourcecleanup.apiextensions.k8s.io'

export function defaultDefinition(crd: KubeObject): void {
  const names = object(at(crd, 'spec', 'names'))
  if (text(names.kind)) {
    names.singular ??= text(names.kind).toLowerCase()
    names.listKind ??= `${text(names.kind)}List`
  }
  const spec = object(crd.spec)
  spec.conversion ??= { strategy: 'None' }
}

/** What the definition's controllers would say a moment later: here its names are accepted with the write itself. */
export function establish(crd: KubeObject, live: KubeObject | undefined): void {
  const condition = (type: string, reason: string, message: string): JsonObject => {
    const known = objects(at(live, 'status', 'conditions')).find((one) => one.type === type)
    return known ?? { type, status: 'True', reason, message, lastTransitionTime: now() }
  }
  const storage = objects(at(crd, 'spec', 'versions')).find((version) => version.storage === true)
  const stored = new Set([...texts(at(live, 'status', 'storedVersions')), text(storage?.name)])
  if (!live) crd.metadata.finalizers = [...texts(crd.metadata.finalizers), finalizer]
  crd.status = {
    acceptedNames: clone(object(at(crd, 'spec', 'names'))),
    conditions: [
      condition('NamesAccepted', 'NoConflicts', 'no conflicts found'),
      condition('Established', 'InitialNamesAccepted', 'the initial names have been accepted'),
    ],
    storedVersions: [...stored],
  }
}

export function checkDefinition(crd: KubeObject, live: KubeObject | undefined): FieldError[] {
  const spec = object(crd.spec)
  const names = object(spec.names)
  const errors: FieldError[] = []
  for (const field of ['group', 'scope']) if (!text(spec[field])) errors.push(required(`spec.${field}`))
  for (const field of ['plural', 'kind']) if (!text(names[field])) errors.push(required(`spec.names.${field}`))
  const wanted = `${text(names.plural)}.${text(spec.group)}`
  if (nameOf(crd) !== wanted)
    errors.push(invalidValue('metadata.name', nameOf(crd), `must be spec.names.plural+"."+spec.group`))
  const versions = objects(spec.versions)
  if (versions.filter((version) => version.storage === true).length !== 1) {
    errors.push(
      invalidValue(
        'spec.versions',
        versions.map((version) => text(version.name)),
        'must have exactly one version marked as storage version',
      ),
    )
  }
  versions.forEach((version, index) => {
    if (!at(version, 'schema', 'openAPIV3Schema'))
      errors.push(required(`spec.versions[${index}].schema.openAPIV3Schema`, 'schemas are required'))
  })
  for (const field of ['group', 'scope']) {
    if (live && !equal(at(live, 'spec', field), spec[field]))
      errors.push(invalidValue(`spec.${field}`, spec[field], 'field is immutable'))
  }
  if (text(at(spec, 'conversion', 'strategy')) === 'Webhook') {
    errors.push(forbiddenField('spec.conversion.strategy', 'the sandbox converts by name only (None)'))
  }
  return errors
}

export function instancesOf({ cluster }: Call, crd: KubeObject): { kind: Served; object: KubeObject }[] {
  const storage = `${text(at(crd, 'spec', 'group'))}/${text(at(crd, 'spec', 'names', 'plural'))}`
  const kind = cluster.catalogue.all.find((one) => one.storage === storage)
  return kind ? cluster.store.list(storage).map((object) => ({ kind, object })) : []
}

export const crdCleanup = {
  storage: crdStorage,
  /** A definition that is being deleted goes when the last object of its kind has gone. */
  afterRemoval({ cluster }: Call): void {
    for (const crd of cluster.store.list(crdStorage)) {
      if (!crd.metadata.deletionTimestamp) continue
      const storage = `${text(at(crd, 'spec', 'group'))}/${text(at(crd, 'spec', 'names', 'plural'))}`
      const others = texts(crd.metadata.finalizers).filter((one) => one !== finalizer)
      if (cluster.store.count(storage) === 0 && others.length === 0) cluster.store.remove(crdStorage, nameOf(crd))
    }
  },
}
