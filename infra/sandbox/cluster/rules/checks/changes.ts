import { type FieldError, forbiddenField, invalidValue } from '../../http/status.ts'
import { at, equal, type Json, type JsonObject, type KubeObject, object, objects } from '../../json.ts'

const immutable = (field: string, after: Json | undefined, before: Json | undefined, why = 'field is immutable') =>
  equal(after, before) ? [] : [invalidValue(field, after, why)]

const selectorStays = (after: JsonObject, before: JsonObject) =>
  immutable('spec.selector', at(after, 'spec', 'selector'), at(before, 'spec', 'selector'))

const sealed = (after: JsonObject, before: JsonObject) =>
  before.immutable !== true
    ? []
    : ['immutable', 'data', 'binaryData'].flatMap((field) =>
        equal(after[field], before[field]) ? [] : [forbiddenField(field, 'field is immutable when `immutable` is set')],
      )

const podFieldsThatMayChange = [
  'activeDeadlineSeconds',
  'terminationGracePeriodSeconds',
  'tolerations',
  'schedulingGates',
  'nodeName',
]
function podStays(after: KubeObject, before: KubeObject): FieldError[] {
  const fixed = (pod: KubeObject) => {
    const kept = Object.entries(object(pod.spec)).filter(([key]) => !podFieldsThatMayChange.includes(key))
    const withoutImage = (list: Json | undefined) => objects(list).map(({ image: _image, ...rest }) => rest)
    return {
      ...Object.fromEntries(kept),
      containers: withoutImage(at(pod, 'spec', 'containers')),
      initContainers: withoutImage(at(pod, 'spec', 'initContainers')),
    }
  }
  const why =
    'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)'
  return equal(fixed(after), fixed(before)) ? [] : [forbiddenField('spec', why)]
}

const roleStays = (after: JsonObject, before: JsonObject) => {
  const { apiGroup = '', kind = '', name = '' } = object(after.roleRef)
  const shown = { APIGroup: apiGroup, Kind: kind, Name: name }
  return equal(after.roleRef, before.roleRef) ? [] : [invalidValue('roleRef', shown, 'cannot change roleRef')]
}

/** What may not change once it is stored. */
export const changeChecks: Record<string, (after: KubeObject, before: KubeObject) => FieldError[]> = {
  '/pods': podStays,
  '/configmaps': sealed,
  '/secrets': (after, before) => [...immutable('type', after.type, before.type), ...sealed(after, before)],
  '/services': (after, before) =>
    at(before, 'spec', 'type') === 'ExternalName' || at(after, 'spec', 'type') === 'ExternalName'
      ? []
      : immutable(
          'spec.clusterIPs[0]',
          at(after, 'spec', 'clusterIP'),
          at(before, 'spec', 'clusterIP'),
          'may not change once set',
        ),
  'apps/deployments': selectorStays,
  'apps/replicasets': selectorStays,
  'apps/daemonsets': selectorStays,
  'apps/statefulsets': selectorStays,
  'batch/jobs': (after, before) =>
    ['selector', 'template', 'completions'].flatMap((field) =>
      immutable(`spec.${field}`, at(after, 'spec', field), at(before, 'spec', field)),
    ),
  'rbac.authorization.k8s.io/rolebindings': roleStays,
  'rbac.authorization.k8s.io/clusterrolebindings': roleStays,
}
