import type { IncomingMessage } from 'node:http'
import type { Cluster } from '../call.ts'
import { forbidden, unauthorized } from '../http/status.ts'
import { at } from '../json.ts'
import type { User } from './authorizer.ts'

const anonymous: User = { name: 'system:anonymous', uid: '', groups: ['system:unauthenticated'] }

export function userOfToken(cluster: Cluster, token: string): User | undefined {
  const known = cluster.tokens.find(token)
  if (known) return { ...known, groups: [...known.groups, 'system:authenticated'] }
  const claims = cluster.tokens.verify(token)
  if (!claims) return undefined
  const [, , namespace = '', name = ''] = claims.sub.split(':')
  const account = cluster.store.get('/serviceaccounts', `${namespace}/${name}`)
  if (at(account, 'metadata', 'uid') !== claims.uid) return undefined
  const groups = ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated']
  return { name: claims.sub, uid: claims.uid, groups }
}

export function authenticate(cluster: Cluster, request: IncomingMessage): User {
  const [, token] = /^Bearer\s+(\S+)$/i.exec(request.headers.authorization ?? '') ?? []
  if (request.headers.authorization !== undefined && !token) throw unauthorized()
  const user = token ? userOfToken(cluster, token) : anonymous
  if (!user) throw unauthorized()
  return impersonated(cluster, user, request)
}

/** `kubectl --as`: allowed to whoever may impersonate that user and those groups. */
function impersonated(cluster: Cluster, user: User, request: IncomingMessage): User {
  const name = request.headers['impersonate-user']
  if (typeof name !== 'string') return user
  const stated = request.headersDistinct['impersonate-group'] ?? []
  const wanted = [{ resource: 'users', name }, ...stated.map((group) => ({ resource: 'groups', name: group }))]
  for (const { resource, name } of wanted) {
    const attributes = { verb: 'impersonate', group: '', resource, subresource: '', namespace: '', name }
    if (!cluster.authorizer.allows(user, attributes)) {
      const why = `User "${user.name}" cannot impersonate resource "${resource}" in API group "" at the cluster scope`
      throw forbidden({ group: '', plural: resource, kind: resource }, name, why)
    }
  }
  const [, namespace] = /^system:serviceaccount:([^:]+):[^:]+$/.exec(name) ?? []
  const own = namespace ? ['system:serviceaccounts', `system:serviceaccounts:${namespace}`] : []
  return { name, uid: '', groups: [...stated, ...own, 'system:authenticated'] }
}
