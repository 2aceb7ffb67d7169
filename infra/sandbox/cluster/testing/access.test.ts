import { describe, expect, it } from 'vitest'
import { at, type JsonObject, text } from '../json.ts'
import { configMap, newCluster } from './running-cluster.ts'

const rbac = 'rbac.authorization.k8s.io'
const inDefault = `/apis/${rbac}/v1/namespaces/default`
const maps = '/api/v1/namespaces/default/configmaps'
const json = 'application/json'

const role = (name: string, rules: JsonObject[]) => ({
  apiVersion: `${rbac}/v1`,
  kind: 'Role',
  metadata: { name },
  rules,
})
const binding = (name: string, ref: { kind: string; name: string }, subject: JsonObject) => ({
  apiVersion: `${rbac}/v1`,
  kind: 'RoleBinding',
  metadata: { name },
  roleRef: { apiGroup: rbac, ...ref },
  subjects: [subject],
})
const review = (resourceAttributes: JsonObject) => ({
  apiVersion: 'authorization.k8s.io/v1',
  kind: 'SelfSubjectAccessReview',
  spec: { resourceAttributes },
})

describe('access', () => {
  it('is refused to strangers, and to known users without a role', async () => {
    const cluster = await newCluster()
    const stranger = await cluster.api('GET', maps, undefined, json, 'made-up')
    expect(stranger.body).toMatchObject({ code: 401, reason: 'Unauthorized', message: 'Unauthorized' })
    const viewer = cluster.addUser('viewer')
    const list = await cluster.api('GET', maps, undefined, json, viewer)
    expect(list.body).toMatchObject({
      code: 403,
      reason: 'Forbidden',
      message:
        'configmaps is forbidden: User "viewer" cannot list resource "configmaps" in API group "" in the namespace "default"',
    })
    const nodes = await cluster.api('GET', '/api/v1/nodes', undefined, json, viewer)
    expect(nodes.body.message).toBe(
      'nodes is forbidden: User "viewer" cannot list resource "nodes" in API group "" at the cluster scope',
    )
  })

  it('comes with a role bound to a user, a group or a service account, in its namespace only', async () => {
    const cluster = await newCluster()
    const member = cluster.addUser('member', 'team-ml')
    await cluster.api(
      'POST',
      `${inDefault}/roles`,
      role('reader', [{ apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'list'] }]),
    )
    await cluster.api(
      'POST',
      `${inDefault}/rolebindings`,
      binding('reader', { kind: 'Role', name: 'reader' }, { kind: 'Group', name: 'team-ml', apiGroup: rbac }),
    )
    expect((await cluster.api('GET', maps, undefined, json, member)).code).toBe(200)
    expect((await cluster.api('POST', maps, configMap('a'), json, member)).code).toBe(403)
    expect((await cluster.api('GET', '/api/v1/namespaces/kube-system/configmaps', undefined, json, member)).code).toBe(
      403,
    )
    const asked = await cluster.api(
      'POST',
      '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
      review({ verb: 'list', resource: 'configmaps', namespace: 'default' }),
      json,
      member,
    )
    expect(asked.body.status).toEqual({
      allowed: true,
      reason: 'RBAC: allowed by RoleBinding "reader/default" of Role "reader" to Group "team-ml"',
    })
  })

  it('to patch is not enough to create by applying', async () => {
    const cluster = await newCluster()
    const patcher = cluster.addUser('patcher')
    const rules = [{ apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'patch'] }]
    await cluster.api('POST', `${inDefault}/roles`, role('patcher', rules))
    const subject = { kind: 'User', name: 'patcher', apiGroup: rbac }
    await cluster.api(
      'POST',
      `${inDefault}/rolebindings`,
      binding('patcher', { kind: 'Role', name: 'patcher' }, subject),
    )
    const apply = () =>
      cluster.api('PATCH', `${maps}/a?fieldManager=x`, configMap('a'), 'application/apply-patch+yaml', patcher)
    expect((await apply()).body.message).toBe(
      'configmaps "a" is forbidden: User "patcher" cannot create resource "configmaps" in API group "" in the namespace "default"',
    )
    await cluster.api('POST', maps, configMap('a'))
    expect((await apply()).code).toBe(200)
  })

  it('lets nobody grant what they do not hold', async () => {
    const cluster = await newCluster()
    const maintainer = cluster.addUser('maintainer')
    const rules = [
      { apiGroups: [rbac], resources: ['roles', 'rolebindings'], verbs: ['create'] },
      { apiGroups: [''], resources: ['configmaps'], verbs: ['get'] },
    ]
    await cluster.api('POST', `${inDefault}/roles`, role('maintainer', rules))
    await cluster.api(
      'POST',
      `${inDefault}/rolebindings`,
      binding('maintainer', { kind: 'Role', name: 'maintainer' }, { kind: 'User', name: 'maintainer', apiGroup: rbac }),
    )
    const held = role('held', [{ apiGroups: [''], resources: ['configmaps'], verbs: ['get'] }])
    expect((await cluster.api('POST', `${inDefault}/roles`, held, json, maintainer)).code).toBe(201)
    const more = role('more', [{ apiGroups: [''], resources: ['secrets'], verbs: ['get'] }])
    expect((await cluster.api('POST', `${inDefault}/roles`, more, json, maintainer)).body).toMatchObject({
      code: 403,
      message: `roles.${rbac} "more" is forbidden: user "maintainer" (groups=["system:authenticated"]) is attempting to grant RBAC permissions not currently held:\n{APIGroups:[""], Resources:["secrets"], Verbs:["get"]}`,
    })
    const admin = binding(
      'admin',
      { kind: 'ClusterRole', name: 'cluster-admin' },
      { kind: 'User', name: 'maintainer', apiGroup: rbac },
    )
    expect((await cluster.api('POST', `${inDefault}/rolebindings`, admin, json, maintainer)).code).toBe(403)
  })

  it('gives service accounts tokens that end with the account', async () => {
    const cluster = await newCluster()
    const accounts = '/api/v1/namespaces/default/serviceaccounts'
    await cluster.api('POST', accounts, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'portal' } })
    await cluster.api(
      'POST',
      `${inDefault}/rolebindings`,
      binding(
        'portal',
        { kind: 'ClusterRole', name: 'view' },
        { kind: 'ServiceAccount', name: 'portal', namespace: 'default' },
      ),
    )
    const request = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 600 } }
    const issued = await cluster.api('POST', `${accounts}/portal/token`, request)
    const token = text(at(issued.body, 'status', 'token'))
    expect((await cluster.api('GET', maps, undefined, json, token)).code).toBe(200)
    expect((await cluster.api('GET', '/api/v1/namespaces/default/secrets', undefined, json, token)).code).toBe(403)
    expect((await cluster.api('GET', maps, undefined, json, `${token}x`)).code).toBe(401)
    await cluster.api('DELETE', `${accounts}/portal`)
    expect((await cluster.api('GET', maps, undefined, json, token)).code).toBe(401)
  })
})
