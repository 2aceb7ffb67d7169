/** The fields of Kubernetes' kinds that these controllers read and write. */
import type { Informers } from '#sandbox/kube-client/informers.ts'
import type { KubeClient } from '#sandbox/kube-client/kube-client.ts'
import type { Condition, KubeObject, ObjectMeta } from '#sandbox/kube-client/objects.ts'

export type Context = { client: KubeClient; informers: Informers; log: (message: string) => void }
export type Stop = () => Promise<void>

export type Selector = {
  matchLabels?: Record<string, string>
  matchExpressions?: { key: string; operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist'; values?: string[] }[]
}

export type Container = {
  name: string
  image?: string
  ports?: { name?: string; containerPort: number; protocol?: string }[]
}
export type PodSpec = { containers: Container[]; nodeName?: string; schedulingGates?: { name: string }[] }
export type PodStatus = { phase?: string; podIP?: string; conditions?: Condition[]; reason?: string }
export type Pod = KubeObject<PodSpec, PodStatus>
export type PodTemplate = { metadata?: Partial<ObjectMeta>; spec: PodSpec }

export type ReplicaSetStatus = {
  replicas?: number
  fullyLabeledReplicas?: number
  readyReplicas?: number
  availableReplicas?: number
  observedGeneration?: number
  conditions?: Condition[]
}
export type ReplicaSet = KubeObject<
  { replicas?: number; minReadySeconds?: number; selector: Selector; template: PodTemplate },
  ReplicaSetStatus
>

export type Deployment = KubeObject<
  {
    replicas?: number
    paused?: boolean
    minReadySeconds?: number
    revisionHistoryLimit?: number
    progressDeadlineSeconds?: number
    selector: Selector
    template: PodTemplate
    strategy?: { type?: string; rollingUpdate?: { maxSurge?: number | string; maxUnavailable?: number | string } }
  },
  ReplicaSetStatus & { updatedReplicas?: number; unavailableReplicas?: number }
>

export type ServicePort = { name?: string; port: number; targetPort?: number | string; protocol?: string }
export type Service = KubeObject<
  { selector?: Record<string, string>; ports?: ServicePort[]; type?: string; publishNotReadyAddresses?: boolean },
  unknown
>

export type Namespace = KubeObject<{ finalizers?: string[] }, { phase?: string; conditions?: Condition[] }>
export type ResourceQuota = KubeObject<
  { hard?: Record<string, string>; scopes?: string[] },
  { hard?: Record<string, string>; used?: Record<string, string> }
>

export const isPodReady = (pod: Pod): boolean =>
  pod.status?.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True') ?? false

export const isPodOver = (pod: Pod): boolean => pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed'
