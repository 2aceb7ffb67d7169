// What Kubernetes fills in, by the definition it belongs to: a container is a container wherever it stands.
import { isObject, type Json, type JsonObject, type KubeObject, object, objects, text } from '../json.ts'
import { type Schema, visit } from '../schema/schema.ts'

const rbac = 'rbac.authorization.k8s.io'

function fill(value: JsonObject, defaults: JsonObject): void {
  for (const [key, wanted] of Object.entries(defaults)) if (value[key] === undefined) value[key] = wanted
}

const template = (spec: JsonObject) => fill(spec, { template: {} })
const mode = (value: JsonObject) => fill(value, { defaultMode: 420 })
const tagOf = (image: string) => {
  const [, tag] = /:([^/:@]+)(?:@.*)?$/.exec(image) ?? []
  return tag ?? (image.includes('@') ? '' : 'latest')
}

function container(value: JsonObject): void {
  fill(value, {
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    imagePullPolicy: tagOf(text(value.image)) === 'latest' ? 'Always' : 'IfNotPresent',
    resources: {},
  })
}

function requestsFromLimits(pod: JsonObject): void {
  const spec = object(pod.spec)
  for (const each of [...objects(spec.containers), ...objects(spec.initContainers)]) {
    const resources = object(each.resources)
    if (!isObject(resources.limits)) continue
    each.resources = { ...resources, requests: { ...resources.limits, ...object(resources.requests) } }
  }
}

function rollingUpdate(spec: JsonObject, field: string, defaults: JsonObject): void {
  fill(spec, { [field]: {} })
  const strategy = object(spec[field])
  fill(strategy, { type: 'RollingUpdate' })
  if (strategy.type !== 'RollingUpdate') return
  fill(strategy, { rollingUpdate: {} })
  fill(object(strategy.rollingUpdate), defaults)
}

function scalingRules(behavior: JsonObject, field: string, defaults: JsonObject): void {
  fill(behavior, { [field]: {} })
  fill(object(behavior[field]), { selectPolicy: 'Max', ...defaults })
}

function service(spec: JsonObject): void {
  fill(spec, { sessionAffinity: 'None', type: 'ClusterIP' })
  if (spec.sessionAffinity === 'ClientIP')
    fill(spec, { sessionAffinityConfig: { clientIP: { timeoutSeconds: 10800 } } })
  if (spec.type !== 'ExternalName') fill(spec, { internalTrafficPolicy: 'Cluster' })
  if (spec.type === 'LoadBalancer') fill(spec, { allocateLoadBalancerNodePorts: true })
  if (spec.type === 'LoadBalancer' || spec.type === 'NodePort') fill(spec, { externalTrafficPolicy: 'Cluster' })
}

function limits(item: JsonObject): void {
  if (item.type !== 'Container') return
  const defaults = { ...object(item.max), ...object(item.default) }
  if (Object.keys(defaults).length > 0) item.default = defaults
  const requests = { ...object(item.min), ...defaults, ...object(item.defaultRequest) }
  if (Object.keys(requests).length > 0) item.defaultRequest = requests
}

const percentPolicy = { type: 'Percent', value: 100, periodSeconds: 15 }
const cpuMetric = {
  type: 'Resource',
  resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } },
}

const byDefinition: Record<string, (value: JsonObject) => void> = {
  Container: container,
  ContainerPort: (port) => fill(port, { protocol: 'TCP' }),
  Probe: (probe) => fill(probe, { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 }),
  HTTPGetAction: (action) => fill(action, { path: '/', scheme: 'HTTP' }),
  PodSpec: (spec) => {
    fill(spec, {
      dnsPolicy: 'ClusterFirst',
      restartPolicy: 'Always',
      securityContext: {},
      terminationGracePeriodSeconds: 30,
      schedulerName: 'default-scheduler',
    })
    if (text(spec.serviceAccountName)) spec.serviceAccount = spec.serviceAccountName
    else if (text(spec.serviceAccount)) spec.serviceAccountName = spec.serviceAccount
  },
  Pod: (pod) => {
    requestsFromLimits(pod)
    fill(object(pod.spec), { enableServiceLinks: true })
  },
  Volume: (volume) => {
    if (Object.keys(volume).every((key) => key === 'name')) volume.emptyDir = {}
  },
  SecretVolumeSource: mode,
  ConfigMapVolumeSource: mode,
  DownwardAPIVolumeSource: mode,
  ProjectedVolumeSource: mode,
  ServiceAccountTokenProjection: (token) => fill(token, { expirationSeconds: 3600 }),
  ObjectFieldSelector: (selector) => fill(selector, { apiVersion: 'v1' }),
  ServiceSpec: service,
  ServicePort: (port) => fill(port, { protocol: 'TCP', targetPort: port.port }),
  DeploymentSpec: (spec) => {
    template(spec)
    fill(spec, { replicas: 1, revisionHistoryLimit: 10, progressDeadlineSeconds: 600 })
    rollingUpdate(spec, 'strategy', { maxSurge: '25%', maxUnavailable: '25%' })
  },
  ReplicaSetSpec: (spec) => {
    template(spec)
    fill(spec, { replicas: 1 })
  },
  StatefulSetSpec: (spec) => {
    template(spec)
    fill(spec, {
      replicas: 1,
      revisionHistoryLimit: 10,
      podManagementPolicy: 'OrderedReady',
      persistentVolumeClaimRetentionPolicy: {},
    })
    fill(object(spec.persistentVolumeClaimRetentionPolicy), { whenDeleted: 'Retain', whenScaled: 'Retain' })
    rollingUpdate(spec, 'updateStrategy', { partition: 0 })
  },
  DaemonSetSpec: (spec) => {
    template(spec)
    fill(spec, { revisionHistoryLimit: 10 })
    rollingUpdate(spec, 'updateStrategy', { maxSurge: 0, maxUnavailable: 1 })
  },
  // Only a Job's own: inside a CronJob's template they are left for the Job it makes.
  Job: ({ spec: value }) => {
    const spec = object(value)
    if (spec.parallelism === undefined) fill(spec, { completions: 1, parallelism: 1 })
    fill(spec, {
      backoffLimit: 6,
      completionMode: 'NonIndexed',
      suspend: false,
      manualSelector: false,
      podReplacementPolicy: 'TerminatingOrFailed',
    })
  },
  JobSpec: template,
  JobTemplateSpec: (value) => fill(value, { metadata: {}, spec: {} }),
  PodStatus: (status) => {
    if (text(status.podIP)) fill(status, { podIPs: [{ ip: status.podIP }] })
  },
  PodCondition: (condition) => fill(condition, { lastProbeTime: null, lastTransitionTime: null }),
  ContainerStatus: (status) => fill(status, { lastState: {} }),
  NodeStatus: (status) => fill(status, { allocatable: status.capacity }),
  PodTemplateSpec: (value) => fill(value, { metadata: {}, spec: {} }),
  Event: (event) => {
    if (event.involvedObject)
      fill(event, {
        eventTime: null,
        firstTimestamp: null,
        lastTimestamp: null,
        reportingComponent: '',
        reportingInstance: '',
      })
  },
  CronJobSpec: (spec) =>
    fill(spec, {
      concurrencyPolicy: 'Allow',
      suspend: false,
      successfulJobsHistoryLimit: 3,
      failedJobsHistoryLimit: 1,
    }),
  HorizontalPodAutoscalerSpec: (spec) => fill(spec, { minReplicas: 1, metrics: [cpuMetric] }),
  HorizontalPodAutoscalerBehavior: (behavior) => {
    scalingRules(behavior, 'scaleUp', {
      stabilizationWindowSeconds: 0,
      policies: [{ type: 'Pods', value: 4, periodSeconds: 15 }, percentPolicy],
    })
    scalingRules(behavior, 'scaleDown', { policies: [percentPolicy] })
  },
  NetworkPolicySpec: (spec) => {
    const isOutward = Array.isArray(spec.egress) && spec.egress.length > 0
    fill(spec, { podSelector: {}, policyTypes: isOutward ? ['Ingress', 'Egress'] : ['Ingress'] })
  },
  NetworkPolicyPort: (port) => fill(port, { protocol: 'TCP' }),
  EndpointPort: (port) => fill(port, { protocol: 'TCP' }),
  RoleRef: (ref) => fill(ref, { apiGroup: rbac }),
  Subject: (subject) => {
    if (subject.kind !== 'ServiceAccount') fill(subject, { apiGroup: rbac })
  },
  LimitRangeItem: limits,
  PersistentVolumeClaimSpec: (spec) => fill(spec, { volumeMode: 'Filesystem' }),
  PersistentVolumeSpec: (spec) => fill(spec, { persistentVolumeReclaimPolicy: 'Retain', volumeMode: 'Filesystem' }),
  Secret: (secret) => {
    const plain = Object.entries(object(secret.stringData)).map(([key, value]) => [
      key,
      Buffer.from(text(value)).toString('base64'),
    ])
    if (plain.length > 0) secret.data = { ...object(secret.data), ...Object.fromEntries(plain) }
    delete secret.stringData
    fill(secret, { type: 'Opaque' })
  },
}

export function applyKindDefaults(value: KubeObject, schema: Schema): void {
  // A specification is part of the object even when it was left out; what it lacks is then said of its fields.
  if (schema.properties?.spec?.$ref) fill(value, { spec: {} })
  visit(value, schema, '', (definition: string, part: Json) => {
    if (isObject(part)) byDefinition[definition]?.(part)
  })
}
