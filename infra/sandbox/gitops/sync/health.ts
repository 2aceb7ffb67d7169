/** How well one object is, by the rules Argo CD has for its kind. Kinds without a rule have no health. */
import { at, listAt, numberAt, textAt } from '#sandbox/kube-client/fields.ts'
import { type Condition, groupOf, type KubeObject } from '#sandbox/kube-client/objects.ts'
import type { Health, HealthStatusCode } from '../application.ts'

const healthy: Health = { status: 'Healthy' }
const progressing = (message?: string): Health =>
  message ? { status: 'Progressing', message } : { status: 'Progressing' }
const degraded = (message: string): Health => ({ status: 'Degraded', message })

const conditionsOf = (object: KubeObject): Condition[] =>
  listAt(object.status, 'conditions').map((each) => ({
    type: textAt(each, 'type'),
    status: textAt(each, 'status'),
    reason: textAt(each, 'reason'),
    message: textAt(each, 'message'),
  }))

const conditionOf = (object: KubeObject, type: string) => conditionsOf(object).find((each) => each.type === type)
const generation = (object: KubeObject) => object.metadata.generation ?? 0
const observed = (object: KubeObject) => numberAt(object.status, 'observedGeneration') ?? 0
const count = (object: KubeObject, field: string) => numberAt(object.status, field) ?? 0

const deployment = (object: KubeObject): Health => {
  if (at(object.spec, 'paused') === true) return { status: 'Suspended', message: 'Deployment is paused' }
  const rollout = 'Waiting for rollout to finish:'
  if (generation(object) > observed(object)) {
    return progressing(`${rollout} observed deployment generation less than desired generation`)
  }
  const wanted = numberAt(object.spec, 'replicas')
  const [total, updated, available] = [
    count(object, 'replicas'),
    count(object, 'updatedReplicas'),
    count(object, 'availableReplicas'),
  ]
  if (conditionOf(object, 'Progressing')?.reason === 'ProgressDeadlineExceeded') {
    return degraded(`Deployment "${object.metadata.name}" exceeded its progress deadline`)
  }
  if (wanted !== undefined && updated < wanted) {
    return progressing(`${rollout} ${updated} out of ${wanted} new replicas have been updated...`)
  }
  if (total > updated) return progressing(`${rollout} ${total - updated} old replicas are pending termination...`)
  if (available < updated) return progressing(`${rollout} ${available} of ${updated} updated replicas are available...`)
  return healthy
}

const statefulSet = (object: KubeObject): Health => {
  if (generation(object) > observed(object)) return progressing('Waiting for statefulset spec update to be observed...')
  const wanted = numberAt(object.spec, 'replicas') ?? 1
  const ready = count(object, 'readyReplicas')
  if (ready < wanted) return progressing(`Waiting for ${wanted - ready} pods to be ready...`)
  if (textAt(object.status, 'updateRevision') !== textAt(object.status, 'currentRevision')) {
    return progressing(`waiting for statefulset rolling update to complete ${count(object, 'updatedReplicas')} pods`)
  }
  return { status: 'Healthy', message: `statefulset rolling update complete ${count(object, 'currentReplicas')} pods` }
}

const autoscaler = (object: KubeObject): Health => {
  const failing = [
    'FailedGetScale',
    'FailedUpdateScale',
    'FailedGetResourceMetric',
    'FailedGetObjectMetric',
    'FailedGetPodsMetric',
  ]
  const reasons = new Set([...failing, 'FailedGetExternalMetric', 'FailedComputeMetricsReplicas', 'InvalidSelector'])
  const conditions = conditionsOf(object)
  const bad = conditions.find((each) => reasons.has(each.reason ?? ''))
  if (bad) return degraded(bad.message ?? '')
  const good = conditions.find(
    (each) => ['AbleToScale', 'ScalingLimited'].includes(each.type) && each.status === 'True',
  )
  return good ? { status: 'Healthy', message: good.message ?? '' } : progressing('Waiting to Autoscale')
}

const claim = (object: KubeObject): Health => {
  const status: Record<string, HealthStatusCode> = { Lost: 'Degraded', Pending: 'Progressing', Bound: 'Healthy' }
  return { status: status[textAt(object.status, 'phase')] ?? 'Unknown' }
}

const balancer = (object: KubeObject): Health =>
  textAt(object.spec, 'type') === 'LoadBalancer' && listAt(object.status, 'loadBalancer', 'ingress').length === 0
    ? progressing()
    : healthy

const ingress = (object: KubeObject): Health =>
  listAt(object.status, 'loadBalancer', 'ingress').length > 0 ? healthy : progressing()

const job = (object: KubeObject): Health => {
  const failed = conditionOf(object, 'Failed')
  if (failed?.status === 'True') return degraded(failed.message ?? '')
  if (conditionOf(object, 'Suspended')?.status === 'True') return { status: 'Suspended', message: 'Job is suspended' }
  const done = conditionOf(object, 'Complete')
  return done?.status === 'True' ? { status: 'Healthy', message: done.message ?? '' } : progressing()
}

const pod = (object: KubeObject): Health => {
  const phase = textAt(object.status, 'phase')
  if (phase === 'Failed') return degraded(textAt(object.status, 'message'))
  if (phase === 'Succeeded') return healthy
  const waiting = listAt(object.status, 'containerStatuses').map((each) => at(each, 'state', 'waiting'))
  const broken = waiting.find((each) => /^Err|Error$|BackOff$/.test(textAt(each, 'reason')))
  if (broken) return degraded(textAt(broken, 'message'))
  const ready = conditionOf(object, 'Ready')?.status === 'True'
  return phase === 'Running' && ready ? healthy : progressing(textAt(object.status, 'message'))
}

const disruptionBudget = (object: KubeObject): Health => {
  const [first] = conditionsOf(object)
  if (!first) return progressing('Waiting for status')
  const message = `PodDisruptionBudget has ${first.reason}`
  return first.status === 'False' && first.reason !== 'InsufficientPods'
    ? degraded(message)
    : { status: 'Healthy', message }
}

const crd = (object: KubeObject): Health => {
  const established = conditionOf(object, 'Established')
  if (!established) return progressing('Status conditions not found')
  const refused = conditionOf(object, 'NamesAccepted')
  if (refused?.status === 'False') return degraded(`CRD names have not been accepted: ${refused.message}`)
  return established.status === 'True'
    ? { status: 'Healthy', message: 'CRD is healthy' }
    : degraded(`CRD is not established: ${established.message}`)
}

/** The same rule as `../real/inference-model-health.lua`, which teaches it to Argo CD. */
const inferenceModel = (object: KubeObject): Health => {
  if (conditionsOf(object).length === 0) return progressing('Waiting for the runtime to report')
  const seen = numberAt(object.status, 'observedGeneration')
  if (seen !== undefined && seen < generation(object))
    return progressing('Waiting for the runtime to take up the change')
  const bad = conditionOf(object, 'Degraded')
  if (bad?.status === 'True') return degraded(bad.message ?? '')
  const ready = conditionOf(object, 'Ready')
  if (!ready) return progressing('Waiting for the runtime to report')
  return { status: ready.status === 'True' ? 'Healthy' : 'Progressing', message: ready.message ?? '' }
}

const rules: Record<string, (object: KubeObject) => Health> = {
  'apps/Deployment': deployment,
  'apps/StatefulSet': statefulSet,
  'autoscaling/HorizontalPodAutoscaler': autoscaler,
  'batch/Job': job,
  'networking.k8s.io/Ingress': ingress,
  'policy/PodDisruptionBudget': disruptionBudget,
  'apiextensions.k8s.io/CustomResourceDefinition': crd,
  'inference.modelyard.dev/InferenceModel': inferenceModel,
  '/PersistentVolumeClaim': claim,
  '/Pod': pod,
  '/Service': balancer,
}

export const healthOf = (object: KubeObject | undefined): Health | undefined => {
  if (!object) return { status: 'Missing' }
  const rule = rules[`${groupOf(object.apiVersion)}/${object.kind}`]
  if (object.metadata.deletionTimestamp) return progressing('Pending deletion')
  return rule?.(object)
}

export const hasHealthRule = (object: KubeObject): boolean => `${groupOf(object.apiVersion)}/${object.kind}` in rules

const badness: readonly HealthStatusCode[] = ['Healthy', 'Suspended', 'Progressing', 'Missing', 'Degraded', 'Unknown']

/** An Application is as well as the worst of its resources. */
export const worstOf = (healths: readonly (Health | undefined)[]): HealthStatusCode => {
  const worst = Math.max(0, ...healths.map((each) => (each ? badness.indexOf(each.status) : 0)))
  return badness[worst] ?? 'Unknown'
}
