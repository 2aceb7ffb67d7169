/** What an AppProject lets an Application do, with the messages Argo CD gives. */
import type { ResourceType } from '#sandbox/kube-client/discovery.ts'
import { groupOf, type KubeObject } from '#sandbox/kube-client/objects.ts'
import type { ApplicationSpec, Issue, Project } from './application.ts'

/** `*` matches any run of characters, also across slashes; a leading `!` denies. */
const matches = (pattern: string, value: string): boolean => {
  const expression = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${expression.join('.*')}$`).test(value)
}

const repositoryName = (url: string): string => url.replace(/\.git\/?$|\/$/, '').toLowerCase()

const mayRead = (project: Project, repoURL: string): boolean => {
  const url = repositoryName(repoURL)
  const denied = project.spec.sourceRepos.some(
    (each) => each.startsWith('!') && matches(repositoryName(each.slice(1)), url),
  )
  return !denied && project.spec.sourceRepos.some((each) => !each.startsWith('!') && matches(repositoryName(each), url))
}

export type Destination = { server: string; name: string; namespace: string }

const mayWriteTo = (project: Project, destination: Destination): boolean => {
  const matching = (deny: boolean) =>
    project.spec.destinations.some((each) => {
      const pattern = (value: string) => (deny ? value.slice(1) : value)
      if (deny && !each.namespace.startsWith('!') && !each.server.startsWith('!')) return false
      const server = each.server
        ? matches(each.server.replace(/^!/, ''), destination.server)
        : matches(each.name, destination.name)
      const namespace = each.namespace.startsWith('!') && deny ? pattern(each.namespace) : each.namespace
      return server && matches(namespace, destination.namespace)
    })
  return !matching(true) && matching(false)
}

export const specIssues = (spec: ApplicationSpec, project: Project | undefined, destination: Destination): Issue[] => {
  const invalid = (message: string): Issue => ({ type: 'InvalidSpecError', message })
  if (!project) return [invalid(`Application referencing project ${spec.project} which does not exist`)]
  const issues: Issue[] = []
  if (!mayRead(project, spec.source.repoURL)) {
    issues.push(invalid(`application repo ${spec.source.repoURL} is not permitted in project '${project.name}'`))
  }
  if (!mayWriteTo(project, destination)) {
    const server = `server '${destination.server}' and namespace '${destination.namespace}'`
    issues.push(
      invalid(
        `application destination ${server} do not match any of the allowed destinations in project '${project.name}'`,
      ),
    )
  }
  return issues
}

/** Why a project forbids this object, if it does. */
export const refusal = (
  project: Project,
  object: KubeObject,
  type: ResourceType,
  destination: Destination,
): string | undefined => {
  const group = groupOf(object.apiVersion)
  const listed = (list: { group: string; kind: string; name?: string | undefined }[] | undefined) =>
    list?.some(
      (each) =>
        matches(each.group, group) &&
        matches(each.kind, object.kind) &&
        (!each.name || matches(each.name, object.metadata.name)),
    ) ?? false
  const { spec } = project
  const permitted = type.namespaced
    ? !listed(spec.namespaceResourceBlacklist) &&
      (!spec.namespaceResourceWhitelist || listed(spec.namespaceResourceWhitelist))
    : listed(spec.clusterResourceWhitelist) && !listed(spec.clusterResourceBlacklist)
  if (!permitted) return `resource ${group}:${object.kind} is not permitted in project ${project.name}`
  const namespace = object.metadata.namespace ?? ''
  if (type.namespaced && !mayWriteTo(project, { ...destination, namespace })) {
    return `namespace ${namespace} is not permitted in project '${project.name}'`
  }
  return undefined
}
