/** Pods as a cluster has them, with all that makes them large; the API server adds the managed fields. */
import type { KubernetesObject } from '../../../server/ports/cluster.ts'

export const podNamespaces = 200
export const namespaceOf = (number: number) => `bench-${number % podNamespaces}-dev`
const team = (number: number) => `team-${(number % podNamespaces) % 20}`

export function podOf(number: number): KubernetesObject {
  const name = `model-server-7d9c5b8f6d-${number.toString(36).padStart(5, '0')}`
  const labels = {
    app: 'model-server',
    'pod-template-hash': '7d9c5b8f6d',
    'modelyard.dev/team': team(number),
    'modelyard.dev/environment': 'dev',
    'modelyard.dev/cost-center': 'CC-1234',
    'modelyard.dev/request': '00000000-0000-4000-8000-000000000000',
  }
  const env = Array.from({ length: 12 }, (_, index) => ({ name: `SETTING_${index}`, value: `value number ${index}` }))
  const probe = { httpGet: { path: '/v2/health/ready', port: 8080 }, periodSeconds: 5, timeoutSeconds: 1 }
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: namespaceOf(number),
      labels,
      annotations: { 'kubectl.kubernetes.io/restartedAt': '2026-01-01T00:00:00Z', checksum: 'a'.repeat(64) },
    },
    spec: {
      nodeName: `node-${number % 100}`,
      serviceAccountName: 'default',
      securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [
        {
          name: 'server',
          image: 'registry.example/model-server:1.2.3',
          args: ['--host', '0.0.0.0', '--port', '8080'],
          env,
          ports: [{ name: 'http', containerPort: 8080 }],
          readinessProbe: probe,
          livenessProbe: probe,
          resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { cpu: '1', memory: '512Mi' } },
          securityContext: {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ['ALL'] },
          },
          volumeMounts: [{ name: 'scratch', mountPath: '/tmp' }],
        },
      ],
      volumes: [{ name: 'scratch', emptyDir: {} }],
    },
    status: statusOf(number, 0),
  }
}

export function statusOf(number: number, restarts: number): object {
  const at = '2026-01-01T00:00:00Z'
  const conditions = ['PodReadyToStartContainers', 'Initialized', 'Ready', 'ContainersReady', 'PodScheduled'].map(
    (type) => ({ type, status: 'True', lastProbeTime: null, lastTransitionTime: at }),
  )
  return {
    phase: 'Running',
    conditions,
    hostIP: '10.0.0.1',
    podIP: `10.1.${Math.floor(number / 250)}.${number % 250}`,
    startTime: at,
    qosClass: 'Burstable',
    containerStatuses: [
      {
        name: 'server',
        image: 'registry.example/model-server:1.2.3',
        imageID: `registry.example/model-server@sha256:${'b'.repeat(64)}`,
        containerID: `containerd://${'c'.repeat(64)}`,
        ready: true,
        started: true,
        restartCount: restarts,
        state: { running: { startedAt: at } },
        lastState: {},
      },
    ],
  }
}
