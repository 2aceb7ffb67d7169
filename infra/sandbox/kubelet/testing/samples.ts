import type { KubeObject } from '#sandbox/kube-client/objects.ts'

export const namespaced = (
  kind: string,
  namespace: string,
  name: string,
  rest: Record<string, unknown>,
): KubeObject => ({
  apiVersion: 'v1',
  kind,
  metadata: { name, namespace },
  ...rest,
})

type Options = { replicas: number; args: string[]; image?: string; cpu?: string }

export const deployment = (
  namespace: string,
  name: string,
  { replicas, args, image = 'runtime:1', cpu }: Options,
): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, namespace },
  spec: {
    replicas,
    selector: { matchLabels: { app: name } },
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
    template: {
      metadata: { labels: { app: name } },
      spec: {
        terminationGracePeriodSeconds: 2,
        containers: [
          {
            name: 'runtime',
            image,
            args,
            ports: [{ name: 'http', containerPort: 8080 }],
            env: [
              { name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
              { name: 'TEAM', valueFrom: { configMapKeyRef: { name: 'team', key: 'name', optional: true } } },
            ],
            readinessProbe: { httpGet: { path: '/ready', port: 'http' }, periodSeconds: 1, failureThreshold: 1 },
            ...(cpu ? { resources: { requests: { cpu } } } : {}),
          },
        ],
      },
    },
  },
})
