import { type FieldError, invalidValue, required, unsupported } from '../../http/status.ts'
import { at, isEmpty, type JsonObject, number, object, objects, text, texts } from '../../json.ts'
import { parseQuantity } from '../quantity.ts'
import { type Check, duplicates, inBrackets, notNegative, oneOf, portErrors } from './common.ts'

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

export const otherChecks: Record<string, Check> = {
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
