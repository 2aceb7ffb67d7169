import { userOfToken } from '../authorization/authenticate.ts'
import type { User } from '../authorization/authorizer.ts'
import type { Call } from '../call.ts'
import { badRequest } from '../http/status.ts'
import { at, isObject, type Json, type JsonObject, type KubeObject, object, text, texts } from '../json.ts'
import { apiVersionOf } from '../kinds/catalogue.ts'

/** Reviews ask a question; nothing is stored. */
export function answerReview(call: Call, body: Json | undefined): KubeObject {
  if (!isObject(body)) throw badRequest(`the body is not a ${call.kind.kind} object`)
  const spec = object(body.spec)
  return {
    ...body,
    apiVersion: apiVersionOf(call.kind),
    kind: call.kind.kind,
    metadata: {},
    status: answer(call, spec),
  }
}

function answer(call: Call, spec: JsonObject): JsonObject {
  switch (call.kind.kind) {
    case 'SelfSubjectAccessReview':
      return access(call, spec, call.user)
    case 'SubjectAccessReview':
      return access(call, spec, { name: text(spec.user), uid: text(spec.uid), groups: texts(spec.groups) })
    case 'LocalSubjectAccessReview': {
      const namespace = text(at(spec, 'resourceAttributes', 'namespace'))
      if (namespace !== call.info.namespace) {
        throw badRequest('must use the same namespace as the one in the request: spec.resourceAttributes.namespace')
      }
      return access(call, spec, { name: text(spec.user), uid: text(spec.uid), groups: texts(spec.groups) })
    }
    case 'SelfSubjectRulesReview':
      return rules(call, text(spec.namespace))
    case 'SelfSubjectReview':
      return { userInfo: { username: call.user.name, uid: call.user.uid, groups: call.user.groups } }
    default: {
      const user = userOfToken(call.cluster, text(spec.token))
      if (!user) return { authenticated: false, error: 'the token is unknown or has expired' }
      return { authenticated: true, user: { username: user.name, uid: user.uid, groups: user.groups } }
    }
  }
}

function access({ cluster }: Call, spec: JsonObject, user: User): JsonObject {
  const resource = spec.resourceAttributes
  const path = spec.nonResourceAttributes
  if (isObject(resource) === isObject(path))
    throw badRequest('exactly one of nonResourceAttributes or resourceAttributes must be specified')
  const wanted = {
    verb: text(at(resource, 'verb')) || text(at(path, 'verb')),
    group: text(at(resource, 'group')),
    resource: text(at(resource, 'resource')),
    subresource: text(at(resource, 'subresource')),
    namespace: text(at(resource, 'namespace')),
    name: text(at(resource, 'name')),
    ...(isObject(path) ? { path: text(path.path) } : {}),
  }
  const reason = cluster.authorizer.reason(user, wanted)
  return { allowed: reason !== undefined, ...(reason ? { reason } : {}) }
}

function rules({ cluster, user }: Call, namespace: string): JsonObject {
  const everything = { verbs: ['*'], apiGroups: ['*'], resources: ['*'], resourceNames: [], nonResourceURLs: [] }
  const granted = cluster.authorizer.grants(user, namespace).map(({ rule }) => rule)
  const all = user.groups.includes('system:masters')
    ? [everything, { ...everything, apiGroups: [], resources: [], nonResourceURLs: ['*'] }]
    : granted
  return {
    resourceRules: all
      .filter((rule) => rule.resources.length > 0)
      .map(({ verbs, apiGroups, resources, resourceNames }) => ({
        verbs,
        apiGroups,
        resources,
        ...(resourceNames.length > 0 ? { resourceNames } : {}),
      })),
    nonResourceRules: all
      .filter((rule) => rule.nonResourceURLs.length > 0)
      .map(({ verbs, nonResourceURLs }) => ({ verbs, nonResourceURLs })),
    incomplete: false,
  }
}
