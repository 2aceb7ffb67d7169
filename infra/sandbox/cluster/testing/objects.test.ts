import { describe, expect, it } from 'vitest'
import { at, nameOf, objects } from '../json.ts'
import { configMap, deployment, newCluster } from './running-cluster.ts'

const maps = '/api/v1/namespaces/default/configmaps'
const deployments = '/apis/apps/v1/namespaces/default/deployments'

describe('objects', () => {
  it('answers in the words of Kubernetes when something is missing, there already, or changed meanwhile', async () => {
    const { api } = await newCluster()
    const missing = await api('GET', '/api/v1/namespaces/nowhere')
    expect(missing.body).toEqual({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: 'namespaces "nowhere" not found',
      reason: 'NotFound',
      details: { name: 'nowhere', kind: 'namespaces' },
      code: 404,
    })
    const first = await api('POST', maps, configMap('a', { key: '1' }))
    expect(first.code).toBe(201)
    const again = await api('POST', maps, configMap('a'))
    expect(again.body).toMatchObject({ code: 409, reason: 'AlreadyExists', message: 'configmaps "a" already exists' })
    await api('PUT', `${maps}/a`, { ...first.body, data: { key: '2' } })
    const late = await api('PUT', `${maps}/a`, { ...first.body, data: { key: '3' } })
    expect(late.body).toMatchObject({
      code: 409,
      reason: 'Conflict',
      message:
        'Operation cannot be fulfilled on configmaps "a": the object has been modified; please apply your changes to the latest version and try again',
    })
    const elsewhere = await api('POST', '/api/v1/namespaces/nowhere/configmaps', configMap('a'))
    expect(elsewhere.body).toMatchObject({ code: 404, message: 'namespaces "nowhere" not found' })
  })

  it('counts generations of the specification only, and keeps an unchanged object as it is', async () => {
    const { api } = await newCluster()
    const { body: made } = await api('POST', deployments, deployment('web'))
    expect(made).toMatchObject({
      metadata: { generation: 1 },
      spec: { replicas: 1, strategy: { type: 'RollingUpdate' } },
    })
    const labelled = await api(
      'PATCH',
      `${deployments}/web`,
      { metadata: { labels: { a: 'b' } } },
      'application/merge-patch+json',
    )
    expect(labelled.body).toMatchObject({ metadata: { generation: 1, labels: { a: 'b' } } })
    const scaled = await api(
      'PATCH',
      `${deployments}/web/scale`,
      { spec: { replicas: 3 } },
      'application/merge-patch+json',
    )
    expect(scaled.body).toMatchObject({ kind: 'Scale', spec: { replicas: 3 }, status: { selector: 'app=web' } })
    const { body: now } = await api('GET', `${deployments}/web`)
    expect(now).toMatchObject({ metadata: { generation: 2 } })
    const same = await api('PUT', `${deployments}/web`, now)
    expect(at(same.body, 'metadata', 'resourceVersion')).toBe(at(now, 'metadata', 'resourceVersion'))
  })

  it('keeps status and specification apart', async () => {
    const { api } = await newCluster()
    await api('POST', deployments, { ...deployment('web'), status: { replicas: 9 } })
    const { body: made } = await api('GET', `${deployments}/web`)
    expect(made.status).toEqual({})
    const change = { spec: { replicas: 7 }, status: { replicas: 2 } }
    const { body: reported } = await api('PATCH', `${deployments}/web/status`, change, 'application/merge-patch+json')
    expect(reported).toMatchObject({ spec: { replicas: 1 }, status: { replicas: 2 }, metadata: { generation: 1 } })
  })

  it.each([
    [
      'a selector that misses its template',
      { selector: { matchLabels: { app: 'x' } } },
      'Deployment.apps "web" is invalid: spec.template.metadata.labels: Invalid value: {"app":"web"}: `selector` does not match template `labels`',
    ],
    [
      'fewer than no replicas',
      { replicas: -1 },
      'Deployment.apps "web" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0',
    ],
  ])('refuses %s', async (_what, spec, message) => {
    const { api } = await newCluster()
    expect((await api('POST', deployments, deployment('web', spec))).body).toMatchObject({
      code: 422,
      reason: 'Invalid',
      message,
    })
  })

  it('refuses requests above limits, naming the container', async () => {
    const { api } = await newCluster()
    const container = { name: 'main', image: 'x', resources: { requests: { cpu: '2' }, limits: { cpu: '1500m' } } }
    const template = { metadata: { labels: { app: 'web' } }, spec: { containers: [container] } }
    expect((await api('POST', deployments, deployment('web', { template }))).body.message).toBe(
      'Deployment.apps "web" is invalid: spec.template.spec.containers[0].resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1500m',
    )
  })

  it('writes quantities in one spelling and refuses what is none', async () => {
    const { api } = await newCluster()
    const quota = (hard: Record<string, string>) => ({
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'q' },
      spec: { hard },
    })
    const path = '/api/v1/namespaces/default/resourcequotas'
    const made = await api('POST', path, quota({ cpu: '0.5', memory: '2048Mi' }))
    expect(made.body).toMatchObject({ spec: { hard: { cpu: '500m', memory: '2Gi' } } })
    const refused = await api('POST', path, quota({ cpu: '1GiB' }))
    expect(refused.body).toMatchObject({ code: 400, reason: 'BadRequest' })
    expect(refused.body.message).toContain("quantities must match the regular expression '^([+-]?[0-9.]+)")
  })

  it('refuses unknown fields when asked to, and otherwise drops them with a warning', async () => {
    const { api } = await newCluster()
    const wrong = deployment('web', { replica: 2 })
    const strict = await api('POST', `${deployments}?fieldValidation=Strict`, wrong)
    expect(strict.body.message).toBe(
      'Deployment in version "v1" cannot be handled as a Deployment: strict decoding error: unknown field "spec.replica"',
    )
    const lenient = await api('POST', deployments, wrong)
    expect(lenient.warnings).toContain('unknown field \\"spec.replica\\"')
    expect(at(lenient.body, 'spec', 'replica')).toBeUndefined()
  })

  it.each(['A', '-a', 'a-', 'a_b', 'a..b', 'x'.repeat(254), 'é', '__proto__', 'constructor\n', '../../secrets'])(
    'refuses the name %j',
    async (name) => {
      const { api } = await newCluster()
      const { body } = await api('POST', maps, configMap(name))
      expect(body).toMatchObject({ code: 422, reason: 'Invalid', details: { causes: [{ field: 'metadata.name' }] } })
    },
  )

  it('stores nothing on a dry run', async () => {
    const { api } = await newCluster()
    const dry = await api('POST', `${deployments}?dryRun=All`, deployment('web'))
    expect(dry.body).toMatchObject({ spec: { replicas: 1 } })
    expect((await api('GET', `${deployments}/web`)).code).toBe(404)
    await api('POST', deployments, deployment('web'))
    await api('PATCH', `${deployments}/web?dryRun=All`, { spec: { replicas: 5 } }, 'application/merge-patch+json')
    await api('DELETE', `${deployments}/web?dryRun=All`)
    expect((await api('GET', `${deployments}/web`)).body).toMatchObject({ spec: { replicas: 1 } })
  })

  it('waits with a deletion for the finalizers, and lets no new ones in', async () => {
    const { api } = await newCluster()
    await api('POST', maps, { ...configMap('held'), metadata: { name: 'held', finalizers: ['example.dev/keep'] } })
    const removal = await api('DELETE', `${maps}/held`, { propagationPolicy: 'Foreground' })
    expect(at(removal.body, 'metadata', 'finalizers')).toEqual(['example.dev/keep', 'foregroundDeletion'])
    const added = await api(
      'PATCH',
      `${maps}/held`,
      { metadata: { finalizers: ['example.dev/other'] } },
      'application/merge-patch+json',
    )
    expect(added.body.message).toContain('no new finalizers can be added if the object is being deleted')
    await api('PATCH', `${maps}/held`, { metadata: { finalizers: null } }, 'application/merge-patch+json')
    expect((await api('GET', `${maps}/held`)).code).toBe(404)
  })

  it('lets a namespace go only when its finalizer does, and takes nothing new meanwhile', async () => {
    const { api } = await newCluster()
    await api('POST', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'ml-dev' } })
    const removal = await api('DELETE', '/api/v1/namespaces/ml-dev')
    expect(removal.body).toMatchObject({ status: { phase: 'Terminating' } })
    const refused = await api('POST', '/api/v1/namespaces/ml-dev/configmaps', configMap('a'))
    expect(refused.body).toMatchObject({
      code: 403,
      message:
        'configmaps "a" is forbidden: unable to create new content in namespace ml-dev because it is being terminated',
      details: { causes: [{ reason: 'NamespaceTerminating' }] },
    })
    const { body: live } = await api('GET', '/api/v1/namespaces/ml-dev')
    await api('PUT', '/api/v1/namespaces/ml-dev/finalize', { ...live, spec: { finalizers: [] } })
    expect((await api('GET', '/api/v1/namespaces/ml-dev')).code).toBe(404)
    expect((await api('DELETE', '/api/v1/namespaces/default')).body.message).toBe(
      'namespaces "default" is forbidden: this namespace may not be deleted',
    )
  })

  it('pages through a list as it was at the first page', async () => {
    const { api } = await newCluster()
    for (const name of ['a', 'b', 'c', 'd']) await api('POST', maps, configMap(name))
    const first = await api('GET', `${maps}?limit=2`)
    expect(first.body).toMatchObject({ kind: 'ConfigMapList', metadata: { remainingItemCount: 2 } })
    await api('DELETE', `${maps}/c`)
    await api('POST', maps, configMap('cc'))
    const token = String(at(first.body, 'metadata', 'continue'))
    const second = await api('GET', `${maps}?limit=2&continue=${token}`)
    expect([...objects(first.body.items), ...objects(second.body.items)].map(nameOf)).toEqual(['a', 'b', 'c', 'd'])
    expect(at(second.body, 'metadata', 'resourceVersion')).toBe(at(first.body, 'metadata', 'resourceVersion'))
  })

  it('selects by labels and by fields, and says which fields it cannot select by', async () => {
    const { api } = await newCluster()
    await api('POST', maps, configMap('a', {}, { team: 'ml', tier: 'x' }))
    await api('POST', maps, configMap('b', {}, { team: 'data' }))
    const names = async (query: string) => objects((await api('GET', `${maps}?${query}`)).body.items).map(nameOf)
    expect(await names('labelSelector=team%3Dml')).toEqual(['a'])
    expect(await names('labelSelector=team%20in%20(ml,data),!tier')).toEqual(['b'])
    expect(await names('labelSelector=team!%3Dml')).toEqual(['b'])
    expect(await names('fieldSelector=metadata.name%3Db')).toEqual(['b'])
    expect((await api('GET', `${maps}?fieldSelector=spec.x%3D1`)).body).toMatchObject({
      code: 400,
      message: '"spec.x" is not a known field selector: only "metadata.name", "metadata.namespace"',
    })
  })

  it('says honestly what it does not implement', async () => {
    const { api } = await newCluster()
    expect((await api('GET', '/apis/resource.k8s.io/v1/resourceclaims')).body).toMatchObject({
      code: 501,
      reason: 'NotImplemented',
    })
    expect((await api('GET', '/apis/unheard.example/v1/things')).code).toBe(404)
  })
})
