/** The parts of a Pod that a kubelet reads. */
import type { Condition, KubeObject } from '#sandbox/kube-client/objects.ts'

export type Probe = {
  httpGet?: { path?: string; port: number | string; host?: string }
  tcpSocket?: { port: number | string }
  initialDelaySeconds?: number
  periodSeconds?: number
  timeoutSeconds?: number
  successThreshold?: number
  failureThreshold?: number
}

export type EnvironmentVariable = {
  name: string
  value?: string
  valueFrom?: {
    fieldRef?: { fieldPath: string }
    configMapKeyRef?: { name: string; key: string; optional?: boolean }
    secretKeyRef?: { name: string; key: string; optional?: boolean }
  }
}

export type Container = {
  name: string
  image: string
  command?: string[]
  args?: string[]
  env?: EnvironmentVariable[]
  envFrom?: { prefix?: string; configMapRef?: { name: string }; secretRef?: { name: string } }[]
  ports?: { name?: string; containerPort: number }[]
  volumeMounts?: { name: string; mountPath: string; subPath?: string }[]
  livenessProbe?: Probe
  readinessProbe?: Probe
  startupProbe?: Probe
}

export type Volume = {
  name: string
  configMap?: { name: string; optional?: boolean }
  secret?: { secretName: string; optional?: boolean }
}

export type ContainerState = {
  running?: { startedAt: string }
  waiting?: { reason: string; message?: string }
  terminated?: { exitCode: number; reason: string; startedAt: string; finishedAt: string; message?: string }
}

export type ContainerStatus = {
  name: string
  image: string
  imageID: string
  containerID?: string
  ready: boolean
  started: boolean
  restartCount: number
  state: ContainerState
  lastState: ContainerState
}

export type Pod = KubeObject<
  {
    containers: Container[]
    nodeName?: string
    restartPolicy?: 'Always' | 'OnFailure' | 'Never'
    serviceAccountName?: string
    terminationGracePeriodSeconds?: number
    volumes?: Volume[]
  },
  {
    phase?: string
    podIP?: string
    podIPs?: { ip: string }[]
    hostIP?: string
    hostIPs?: { ip: string }[]
    startTime?: string
    conditions?: Condition[]
    containerStatuses?: ContainerStatus[]
  }
>
