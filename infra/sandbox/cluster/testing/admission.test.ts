import { describe, expect, it } from 'vitest'
import { at, type JsonObject } from '../json.ts'
import { deployment, newCluster, type TestCluster } from './running-cluster.ts'

const base = '/api/v1/namespaces/default'
const merge = 'application/merge-patch+json'

const pod = (name: string, container: JsonObject = {}, spec: JsonObject = {}) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name },
  spec: { containers: [{ name: 'c', image: 'registry.example/app:1', ...container }], ...spec },
})
const asking = (cpu: string) => ({ resources: { requests: { cpu }, limits: { cpu } } })

async function withAccount(): Promise<TestCluster> {
  const cluster = await newCluster()
  await cluster.api('POST', `${base}/serviceaccounts`, {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'default' },
  })
  return cluster
}

async function withQuota(): Promise<TestCluster> {
  const cluster = await withAccount()
  const hard = { 'requests.cpu': '1', 'limits.cpu': '2', pods: '2' }
  await cluster.api('POST', `${base}/resourcequotas`, {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: 'q' },
    spec: { hard },
  })
  const status = { hard, used: { 'requests.cpu': '0', 'limits.cpu': '0', pods: '0' } }
  await cluster.api('PATCH', `${base}/resourcequotas/q/status`, { status }, merge)
  return cluster
}

describe('admission', () => {
  it('counts what a quota allows and refuses the rest in Kubernetes’ words', async () => {
    const { api } = await withQuota()
    await api('POST', `${base}/pods`, pod('one', asking('400m')))
    await api('POST', `${base}/pods?dryRun=All`, pod('dry', asking('400m')))
    await api('POST', `${base}/pods`, pod('two', asking('400m')))
    const refused = await api('POST', `${base}/pods`, pod('three', asking('400m')))
    expect(refused.body).toMatchObject({
      code: 403,
      reason: 'Forbidden',
      message:
        'pods "three" is forbidden: exceeded quota: q, requested: pods=1,requests.cpu=400m, used: pods=2,requests.cpu=800m, limited: pods=2,requests.cpu=1',
    })
    const { body: quota } = await api('GET', `${base}/resourcequotas/q`)
    expect(at(quota, 'status', 'used')).toEqual({ 'requests.cpu': '800m', 'limits.cpu': '800m', pods: '2' })
  })

  it('wants the resources stated that a quota limits', async () => {
    const { api } = await withQuota()
    const { body } = await api('POST', `${base}/pods`, pod('one', { resources: { requests: { cpu: '100m' } } }))
    expect(body.message).toBe('pods "one" is forbidden: failed quota: q: must specify limits.cpu for: c')
  })

  it('fills in the limits of the namespace and holds pods to its bounds', async () => {
    const { api } = await withAccount()
    const item = { type: 'Container', default: { cpu: '500m' }, defaultRequest: { cpu: '250m' }, max: { cpu: '1' } }
    await api('POST', `${base}/limitranges`, {
      apiVersion: 'v1',
      kind: 'LimitRange',
      metadata: { name: 'l' },
      spec: { limits: [item] },
    })
    const { body: filled } = await api('POST', `${base}/pods`, pod('one'))
    expect(at(filled, 'spec', 'containers')).toMatchObject([
      { resources: { limits: { cpu: '500m' }, requests: { cpu: '250m' } } },
    ])
    expect(at(filled, 'metadata', 'annotations', 'kubernetes.io/limit-ranger')).toBe(
      'LimitRanger plugin set: cpu request for container c; cpu limit for container c',
    )
    const { body: refused } = await api('POST', `${base}/pods`, pod('two', asking('2')))
    expect(refused.message).toBe('pods "two" is forbidden: maximum cpu usage per Container is 1, but limit is 2')
  })

  it('holds pods to the restricted standard and warns about templates', async () => {
    const { api } = await withAccount()
    const labels = {
      'pod-security.kubernetes.io/enforce': 'restricted',
      'pod-security.kubernetes.io/warn': 'restricted',
    }
    await api('PATCH', '/api/v1/namespaces/default', { metadata: { labels } }, merge)
    const why =
      'PodSecurity "restricted:latest": allowPrivilegeEscalation != false (container "c" must set securityContext.allowPrivilegeEscalation=false), unrestricted capabilities (container "c" must set securityContext.capabilities.drop=["ALL"]), runAsNonRoot != true (pod or container "c" must set securityContext.runAsNonRoot=true), seccompProfile (pod or container "c" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")'
    expect((await api('POST', `${base}/pods`, pod('one'))).body.message).toBe(
      `pods "one" is forbidden: violates ${why}`,
    )
    const warned = await api('POST', '/apis/apps/v1/namespaces/default/deployments', deployment('web'))
    expect(warned.code).toBe(201)
    expect(warned.warnings).toContain('would violate PodSecurity')
    const safe = {
      securityContext: {
        allowPrivilegeEscalation: false,
        capabilities: { drop: ['ALL'] },
        runAsNonRoot: true,
        seccompProfile: { type: 'RuntimeDefault' },
      },
    }
    expect((await api('POST', `${base}/pods`, pod('two', safe))).code).toBe(201)
  })

  it('refuses pods of a service account that is not there', async () => {
    const { api } = await newCluster()
    expect((await api('POST', `${base}/pods`, pod('one'))).body.message).toBe(
      'pods "one" is forbidden: error looking up service account default/default: serviceaccount "default" not found',
    )
  })

  it('keeps a pod that a disruption budget protects, and evicts others', async () => {
    const { api } = await withAccount()
    await api('POST', `${base}/pods`, { ...pod('one'), metadata: { name: 'one', labels: { app: 'a' } } })
    const budget = {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: { name: 'b' },
      spec: { minAvailable: 1, selector: { matchLabels: { app: 'a' } } },
    }
    await api('POST', '/apis/policy/v1/namespaces/default/poddisruptionbudgets', budget)
    const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: 'one' } }
    expect((await api('POST', `${base}/pods/one/eviction`, eviction)).body).toMatchObject({
      code: 429,
      reason: 'TooManyRequests',
    })
    await api('DELETE', '/apis/policy/v1/namespaces/default/poddisruptionbudgets/b')
    expect((await api('POST', `${base}/pods/one/eviction`, eviction)).body).toMatchObject({ status: 'Success' })
    expect((await api('GET', `${base}/pods/one`)).code).toBe(404)
  })
})
