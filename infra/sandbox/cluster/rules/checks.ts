// What Kubernetes refuses in its own kinds, by the definition it stands in. Field paths and texts are the API server's.
import { duplicate, type FieldError, forbiddenField, invalidValue, required, unsupported } from '../http/status.ts'
import {
  at,
  equal,
  isEmpty,
  isObject,
  type Json,
  type JsonObject,
  type KubeObject,
  number,
  object,
  objects,
  text,
  texts,
} from '../json.ts'
import { matches } from '../resources/selectors.ts'
import { type Schema, type Visitor, visit } from '../schema/schema.ts'
import { labelErrors, labelNameErrors } from './metadata.ts'
import { parseQuantity } from './quantity.ts'

type Check = (value: JsonObject, path: string) => FieldError[]

const notNegative = 'must be greater than or equal to 0'
const countErrors = (value: JsonObject, path: string, ...fields: string[]) =>
  fields.flatMap((field) =>
    number(value[field]) < 0 ? [invalidValue(`${path}.${field}`, value[field], notNegative)] : [],
  )
const oneOf = (value: JsonObject, path: string, field: string, allowed: string[]) =>
  value[field] === undefined || allowed.includes(text(value[field]))
    ? []
    : [unsupported(`${path}.${field}`, value[field] ?? null, allowed)]
const portErrors = (value: Json | undefined, path: string) =>
  typeof value === 'number' && (value < 1 || value > 65535)
    ? [invalidValue(path, value, 'must be between 1 and 65535, inclusive')]
    : []
const inBrackets = (path: string, key: string) => `${path}[${key}]`

function duplicates(items: JsonObject[], path: string): FieldError[] {
  const seen = new Set<string>()
  return items.flatMap((item, index) => {
    const name = text(item.name)
    const isNew = seen.size < seen.add(name).size
    return isNew || name === '' ? [] : [duplicate(`${path}[${index}].name`, name)]
  })
}

function resources(value: JsonObject, path: string): FieldError[] {
  const limits = object(value.limits)
  const negative = ['limits', 'requests'].flatMap((part) =>
    Object.entries(object(value[part])).flatMap(([name, amount]) =>
      (parseQuantity(amount)?.nano ?? 0n) < 0n
        ? [invalidValue(inBrackets(`${path}.${part}`, name), amount, notNegative)]
        : [],
    ),
  )
  const above = Object.entries(object(value.requests)).flatMap(([name, amount]) => {
    const limit = parseQuantity(limits[name])
    const request = parseQuantity(amount)
    if (!limit || !request || request.nano <= limit.nano) return []
    return [invalidValue(`${path}.requests`, amount, `must be less than or equal to ${name} limit of ${limits[name]}`)]
  })
  return [...negative, ...above]
}

function pod(spec: JsonObject, path: string): FieldError[] {
  const containers = objects(spec.containers)
  const volumes = objects(spec.volumes)
  const known = volumes.map((volume) => text(volume.name))
  const mounts = containers.flatMap((container, index) =>
    objects(container.volumeMounts).flatMap((mount, position) =>
      known.includes(text(mount.name))
        ? []
        : [
            {
              field: `${path}.containers[${index}].volumeMounts[${position}].name`,
              reason: 'FieldValueNotFound',
              message: `Not found: ${JSON.stringify(mount.name ?? '')}`,
            },
          ],
    ),
  )
  return [
    ...(containers.length === 0 ? [required(`${path}.containers`)] : []),
    ...duplicates(containers, `${path}.containers`),
    ...duplicates(volumes, `${path}.volumes`),
    ...mounts,
    ...oneOf(spec, path, 'restartPolicy', ['Always', 'OnFailure', 'Never']),
    ...oneOf(spec, path, 'dnsPolicy', ['ClusterFirst', 'ClusterFirstWithHostNet', 'Default', 'None']),
    ...countErrors(spec, path, 'terminationGracePeriodSeconds'),
  ]
}

const named: Check = (value, path) =>
  text(value.name) === '' ? [required(`${path}.name`)] : labelNameErrors(`${path}.name`, text(value.name))

const workload =
  (kind: string, restart = true): Check =>
  (spec, path) => {
    const labels = at(spec, 'template', 'metadata', 'labels')
    const selector = spec.selector
    const errors = countErrors(spec, path, 'replicas', 'minReadySeconds', 'revisionHistoryLimit')
    if (selector === undefined) errors.push(required(`${path}.selector`))
    else if (isEmpty(object(selector).matchLabels) && isEmpty(object(selector).matchExpressions)) {
      errors.push(invalidValue(`${path}.selector`, selector, `empty selector is invalid for ${kind}`))
    }
    if (selector === undefined || !matches(selector, object(labels))) {
      errors.push(
        invalidValue(`${path}.template.metadata.labels`, labels, '`selector` does not match template `labels`'),
      )
    }
    const policy = at(spec, 'template', 'spec', 'restartPolicy')
    if (restart && policy !== undefined && policy !== 'Always')
      errors.push(unsupported(`${path}.template.spec.restartPolicy`, policy, ['Always']))
    return errors
  }

function service(spec: JsonObject, path: string): FieldError[] {
  const ports = objects(spec.ports)
  const isHeadless = spec.clusterIP === 'None'
  const needsPorts = spec.type !== 'ExternalName' && !isHeadless && ports.length === 0
  return [
    ...(needsPorts ? [required(`${path}.ports`)] : []),
    ...(spec.type === 'ExternalName' && !text(spec.externalName) ? [required(`${path}.externalName`)] : []),
    ...ports.flatMap((port, index) => {
      const here = `${path}.ports[${index}]`
      const unnamed = ports.length > 1 && !text(port.name) ? [required(`${here}.name`)] : []
      const protocols = oneOf(port, here, 'protocol', ['SCTP', 'TCP', 'UDP'])
      const range =
        port.port === undefined
          ? []
          : number(port.port) === 0
            ? [invalidValue(`${here}.port`, 0, 'must be between 1 and 65535, inclusive')]
            : portErrors(port.port, `${here}.port`)
      return [...unnamed, ...range, ...protocols, ...portErrors(port.targetPort, `${here}.targetPort`)]
    }),
    ...duplicates(ports, `${path}.ports`),
    ...oneOf(spec, path, 'type', ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort']),
    ...oneOf(spec, path, 'sessionAffinity', ['ClientIP', 'None']),
  ]
}

function policyRule(rule: JsonObject, path: string): FieldError[] {
  if (isEmpty(rule.verbs)) return [required(`${path}.verbs`, 'verbs must contain at least one value')]
  if (!isEmpty(rule.nonResourceURLs)) {
    const isBoth = !isEmpty(rule.apiGroups) || !isEmpty(rule.resources)
    return isBoth
      ? [
          invalidValue(
            `${path}.nonResourceURLs`,
            rule.nonResourceURLs,
            'rules cannot apply to both regular resources and non-resource URLs',
          ),
        ]
      : []
  }
  return [
    ...(isEmpty(rule.apiGroups)
      ? [required(`${path}.apiGroups`, 'resource rules must supply at least one api group')]
      : []),
    ...(isEmpty(rule.resources)
      ? [required(`${path}.resources`, 'resource rules must supply at least one resource')]
      : []),
  ]
}

function autoscaler(spec: JsonObject, path: string): FieldError[] {
  const low = number(spec.minReplicas)
  if (low < 1) return [invalidValue(`${path}.minReplicas`, low, 'must be greater than or equal to 1')]
  const high = number(spec.maxReplicas)
  if (spec.maxReplicas === undefined || high === 0)
    return [required(`${path}.maxReplicas`, 'must be set and greater than 0')]
  if (high < 1) return [invalidValue(`${path}.maxReplicas`, high, 'must be greater than or equal to 1')]
  const target = at(spec, 'scaleTargetRef', 'apiVersion')
  return [
    ...(high < low
      ? [invalidValue(`${path}.maxReplicas`, high, 'must be greater than or equal to `minReplicas`')]
      : []),
    ...(text(target)
      ? []
      : [invalidValue(`${path}.scaleTargetRef.apiVersion`, '', 'apiVersion must specify API group')]),
  ]
}

function limitItem(item: JsonObject, path: string): FieldError[] {
  const pairs: [string, string, string, (low: string, high: string) => string][] = [
    ['min', 'max', 'min', (low, high) => `min value ${low} is greater than max value ${high}`],
    [
      'min',
      'defaultRequest',
      'defaultRequest',
      (low, high) => `min value ${low} is greater than default request value ${high}`,
    ],
    [
      'defaultRequest',
      'max',
      'defaultRequest',
      (low, high) => `default request value ${low} is greater than max value ${high}`,
    ],
    [
      'defaultRequest',
      'default',
      'defaultRequest',
      (low, high) => `default request value ${low} is greater than default limit value ${high}`,
    ],
    ['default', 'max', 'default', (low, high) => `default value ${low} is greater than max value ${high}`],
  ]
  return pairs.flatMap(([lower, upper, field, say]) =>
    Object.entries(object(item[lower])).flatMap(([name, low]) => {
      const high = object(item[upper])[name]
      const isWrong = high !== undefined && (parseQuantity(low)?.nano ?? 0n) > (parseQuantity(high)?.nano ?? 0n)
      return isWrong
        ? [
            invalidValue(
              inBrackets(`${path}.${field}`, name),
              lower === 'default' ? high : object(item[field])[name],
              say(text(low), text(high)),
            ),
          ]
        : []
    }),
  )
}

const dataKey = /^[-._a-zA-Z0-9]+$/
function data(value: JsonObject): FieldError[] {
  const entries = [...Object.entries(object(value.data)), ...Object.entries(object(value.binaryData))]
  const bad = entries.filter(([key]) => !dataKey.test(key) || key.length > 253)
  const size = entries.reduce((sum, [, content]) => sum + Buffer.byteLength(text(content)), 0)
  const why =
    "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')"
  return [
    ...bad.map(([key]) => invalidValue(inBrackets('data', key), key, why)),
    ...(size > 1024 * 1024
      ? [{ field: '', reason: 'FieldValueTooLong', message: `Too long: may not be more than ${1024 * 1024} bytes` }]
      : []),
  ]
}

const byDefinition: Record<string, Check> = {
  ObjectMeta: (metadata, path) => (path === 'metadata' ? [] : labelErrors(`${path}.labels`, object(metadata.labels))),
  Container: (container, path) => [
    ...named(container, path),
    ...(text(container.image) === '' ? [required(`${path}.image`)] : []),
    ...oneOf(container, path, 'imagePullPolicy', ['Always', 'IfNotPresent', 'Never']),
  ],
  ContainerPort: (port, path) => [
    ...(port.containerPort === undefined
      ? [required(`${path}.containerPort`)]
      : portErrors(port.containerPort, `${path}.containerPort`)),
    ...oneOf(port, path, 'protocol', ['SCTP', 'TCP', 'UDP']),
  ],
  Volume: named,
  ResourceRequirements: resources,
  PodSpec: pod,
  DeploymentSpec: workload('deployment'),
  ReplicaSetSpec: workload('replicaset'),
  StatefulSetSpec: workload('statefulset'),
  DaemonSetSpec: workload('daemonset'),
  JobSpec: (spec, path) => [
    ...countErrors(spec, path, 'parallelism', 'completions', 'backoffLimit'),
    ...(at(spec, 'template', 'spec', 'restartPolicy') === 'Always'
      ? [
          {
            field: `${path}.template.spec.restartPolicy`,
            reason: 'FieldValueRequired',
            message: 'Required value: valid values: "OnFailure", "Never"',
          },
        ]
      : []),
  ],
  ServiceSpec: service,
  PolicyRule: policyRule,
  HorizontalPodAutoscalerSpec: autoscaler,
  PodDisruptionBudgetSpec: (spec, path) =>
    spec.minAvailable !== undefined && spec.maxUnavailable !== undefined
      ? [invalidValue(path, spec, 'minAvailable and maxUnavailable cannot be both set')]
      : [],
  NetworkPolicySpec: (spec, path) =>
    texts(spec.policyTypes).flatMap((type, index) =>
      ['Egress', 'Ingress'].includes(type)
        ? []
        : [unsupported(`${path}.policyTypes[${index}]`, type, ['Ingress', 'Egress'])],
    ),
  IngressSpec: (spec, path) =>
    isEmpty(spec.rules) && spec.defaultBackend === undefined
      ? [invalidValue(path, null, 'either `defaultBackend` or `rules` must be specified')]
      : [],
  ResourceQuotaSpec: (spec, path) =>
    Object.entries(object(spec.hard)).flatMap(([name, amount]) => {
      const quantity = parseQuantity(amount)
      if (quantity && quantity.nano < 0n) return [invalidValue(inBrackets(`${path}.hard`, name), amount, notNegative)]
      const isCounted =
        name.startsWith('count/') ||
        ['pods', 'services', 'secrets', 'configmaps', 'persistentvolumeclaims'].includes(name)
      return isCounted && quantity && quantity.nano % 10n ** 9n !== 0n
        ? [invalidValue(inBrackets(`${path}.hard`, name), amount, 'must be an integer')]
        : []
    }),
  LimitRangeItem: limitItem,
  Event: (event) => {
    const [home, about] = [text(at(event, 'metadata', 'namespace')), at(event, 'involvedObject', 'namespace')]
    const isWrong = event.involvedObject !== undefined && (text(about) || 'default') !== home
    return isWrong ? [invalidValue('involvedObject.namespace', text(about), 'does not match event.namespace')] : []
  },
  ConfigMap: data,
  Secret: data,
  RoleRef: (ref, path) => [
    ...oneOf(ref, path, 'kind', ['ClusterRole', 'Role']),
    ...(text(ref.name) === '' ? [required(`${path}.name`)] : []),
  ],
}

/** A pod's own faults come after those of its containers, all others before those of their parts, as Kubernetes has it. */
export function checkKind(value: KubeObject, schema: Schema): FieldError[] {
  const errors: FieldError[] = []
  const checked =
    (isNow: (definition: string) => boolean): Visitor =>
    (definition, part, path) => {
      if (isObject(part) && isNow(definition)) errors.push(...(byDefinition[definition]?.(part, path) ?? []))
    }
  const isPod = (definition: string) => definition === 'PodSpec'
  visit(
    value,
    schema,
    '',
    checked((definition) => !isPod(definition)),
    checked(isPod),
  )
  return errors
}

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
