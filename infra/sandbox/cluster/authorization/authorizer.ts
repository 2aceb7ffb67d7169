import { at, type JsonObject, type KubeObject, nameOf, namespaceOf, objects, text, texts } from '../json.ts'
import type { Store } from '../storage/store.ts'
import { bootstrapRoles } from './bootstrap.ts'

export type User = { name: string; uid: string; groups: string[] }

export type Attributes = {
  verb: string
  group: string
  resource: string
  subresource: string
  namespace: string
  name: string
  path?: string
}

export type Rule = {
  verbs: string[]
  apiGroups: string[]
  resources: string[]
  resourceNames: string[]
  nonResourceURLs: string[]
}

/** A rule that holds for somebody, and what gives it to them. */
type Grant = { rule: Rule; source: string }

const rbac = 'rbac.authorization.k8s.io'

export const rulesOf = (role: JsonObject | undefined): Rule[] =>
  objects(role?.rules).map((rule) => ({
    verbs: texts(rule.verbs),
    apiGroups: texts(rule.apiGroups),
    resources: texts(rule.resources),
    resourceNames: texts(rule.resourceNames),
    nonResourceURLs: texts(rule.nonResourceURLs),
  }))

/** Kubernetes' RBAC, read from the stored roles and bindings at each question. */
export class Authorizer {
  readonly #store: Store

  constructor(store: Store) {
    this.#store = store
  }

  allows(user: User, wanted: Attributes): boolean {
    return this.reason(user, wanted) !== undefined
  }

  /** Why the user may, in Kubernetes' words; undefined when they may not. */
  reason(user: User, wanted: Attributes): string | undefined {
    if (user.groups.includes('system:masters')) return ''
    const grant = this.grants(user, wanted.namespace).find(({ rule }) => covers(rule, wanted))
    return grant && `RBAC: allowed by ${grant.source}`
  }

  /** The rules that hold for the user: cluster-wide ones, and those of the namespace if one is asked about. */
  grants(user: User, namespace: string): Grant[] {
    const found: Grant[] = []
    for (const { group, name, rules } of bootstrapRoles) {
      const source = `ClusterRoleBinding "${name}" of ClusterRole "${name}" to Group "${group}"`
      if (user.groups.includes(group)) for (const rule of rules) found.push({ rule, source })
    }
    const add = (binding: KubeObject) => {
      const home = namespaceOf(binding)
      const subject = objects(binding.subjects).find((one) => isSubject(one, user, home))
      if (!subject) return
      const role = `${text(at(binding, 'roleRef', 'kind'))} "${text(at(binding, 'roleRef', 'name'))}"`
      const who = `${text(subject.kind)} "${text(subject.name)}${subject.kind === 'ServiceAccount' ? `/${text(subject.namespace) || home}` : ''}"`
      const source = `${binding.kind} "${nameOf(binding)}${home ? `/${home}` : ''}" of ${role} to ${who}`
      for (const rule of rulesOf(this.role(binding))) found.push({ rule, source })
    }
    for (const binding of this.#store.list(`${rbac}/clusterrolebindings`)) add(binding)
    if (namespace) for (const binding of this.#store.list(`${rbac}/rolebindings`, `${namespace}/`)) add(binding)
    return found
  }

  role(binding: JsonObject): KubeObject | undefined {
    const name = text(at(binding, 'roleRef', 'name'))
    return at(binding, 'roleRef', 'kind') === 'ClusterRole'
      ? this.#store.get(`${rbac}/clusterroles`, name)
      : this.#store.get(`${rbac}/roles`, `${namespaceOf(binding)}/${name}`)
  }
}

function isSubject(subject: JsonObject, user: User, home: string): boolean {
  const name = text(subject.name)
  if (subject.kind === 'User') return name === user.name
  if (subject.kind === 'Group') return user.groups.includes(name)
  return user.name === `system:serviceaccount:${text(subject.namespace) || home}:${name}`
}

const has = (list: string[], value: string) => list.includes('*') || list.includes(value)

export function covers(rule: Rule, wanted: Attributes): boolean {
  if (!has(rule.verbs, wanted.verb)) return false
  if (wanted.path !== undefined) {
    const path = wanted.path
    return rule.nonResourceURLs.some((url) => url === path || (url.endsWith('*') && path.startsWith(url.slice(0, -1))))
  }
  const resource = wanted.subresource ? `${wanted.resource}/${wanted.subresource}` : wanted.resource
  const isNamed = rule.resources.some(
    (one) => one === '*' || one === resource || (wanted.subresource !== '' && one === `*/${wanted.subresource}`),
  )
  return (
    isNamed &&
    has(rule.apiGroups, wanted.group) &&
    (rule.resourceNames.length === 0 || rule.resourceNames.includes(wanted.name))
  )
}

export function denial(user: User, wanted: Attributes): string {
  if (wanted.path !== undefined) return `User "${user.name}" cannot ${wanted.verb} path "${wanted.path}"`
  const resource = wanted.subresource ? `${wanted.resource}/${wanted.subresource}` : wanted.resource
  const where = wanted.namespace ? `in the namespace "${wanted.namespace}"` : 'at the cluster scope'
  return `User "${user.name}" cannot ${wanted.verb} resource "${resource}" in API group "${wanted.group}" ${where}`
}
