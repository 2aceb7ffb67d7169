// Nobody grants what they do not hold: roles and bindings are refused when they would hand out more than their writer has.
import type { Call } from '../call.ts'
import { forbidden } from '../http/status.ts'
import { at, equal, type KubeObject, nameOf, text } from '../json.ts'
import { covers, type Rule, rulesOf } from './authorizer.ts'

export function preventEscalation(call: Call, value: KubeObject, live: KubeObject | undefined): void {
  const { cluster, kind, user, info } = call
  if (kind.group !== 'rbac.authorization.k8s.io') return
  const isBinding = kind.plural.endsWith('bindings')
  if (live && (isBinding ? equal(value.subjects, live.subjects) : equal(value.rules, live.rules))) return
  const verb = isBinding ? 'bind' : 'escalate'
  const resource = isBinding ? (at(value, 'roleRef', 'kind') === 'ClusterRole' ? 'clusterroles' : 'roles') : kind.plural
  const name = isBinding ? text(at(value, 'roleRef', 'name')) : nameOf(value)
  const wanted = { verb, group: kind.group, resource, subresource: '', namespace: info.namespace, name }
  if (cluster.authorizer.allows(user, wanted)) return

  const role = isBinding ? cluster.authorizer.role(value) : value
  if (!role) {
    const missing = `${resource.slice(0, -1)}.${kind.group}`
    throw forbidden(kind, nameOf(value), `${missing} ${JSON.stringify(name)} not found`)
  }
  const held = cluster.authorizer.grants(user, info.namespace).map(({ rule }) => rule)
  const missing = rulesOf(role)
    .flatMap(parts)
    .filter((part) => !held.some((rule) => includes(rule, part)))
  if (missing.length === 0) return
  const groups = user.groups.map((group) => JSON.stringify(group)).join(' ')
  const lines = [...new Set(missing.map(describe))].sort()
  throw forbidden(
    kind,
    nameOf(value),
    `user "${user.name}" (groups=[${groups}]) is attempting to grant RBAC permissions not currently held:\n${lines.join('\n')}`,
  )
}

/** A rule as the single permissions it is made of, less the verbs, which stay together. */
function parts(rule: Rule): Rule[] {
  const names = rule.resourceNames.length > 0 ? rule.resourceNames.map((name) => [name]) : [[]]
  const resources = rule.apiGroups.flatMap((group) =>
    rule.resources.flatMap((resource) =>
      names.map((resourceNames) => ({
        ...rule,
        apiGroups: [group],
        resources: [resource],
        resourceNames,
        nonResourceURLs: [],
      })),
    ),
  )
  const urls = rule.nonResourceURLs.map((url) => ({
    ...rule,
    apiGroups: [],
    resources: [],
    resourceNames: [],
    nonResourceURLs: [url],
  }))
  return [...resources, ...urls]
}

function includes(
  held: Rule,
  { verbs, apiGroups: [group = ''], resources: [whole = ''], resourceNames: [name], nonResourceURLs: [path] }: Rule,
): boolean {
  if (held.resourceNames.length > 0 && name === undefined) return false
  const [resource = '', subresource = ''] = whole.split('/')
  return verbs.every((verb) =>
    covers(held, { verb, group, resource, subresource, namespace: '', name: name ?? '', ...(path ? { path } : {}) }),
  )
}

const listed = (values: string[]) => `[${values.map((value) => JSON.stringify(value)).join(' ')}]`

function describe({ apiGroups, resources, resourceNames, nonResourceURLs, verbs }: Rule): string {
  const fields = [
    ['APIGroups', apiGroups],
    ['Resources', resources],
    ['ResourceNames', resourceNames],
    ['NonResourceURLs', nonResourceURLs],
    ['Verbs', verbs],
  ] as const
  return `{${fields
    .filter(([, values]) => values.length > 0)
    .map(([name, values]) => `${name}:${listed(values)}`)
    .join(', ')}}`
}
