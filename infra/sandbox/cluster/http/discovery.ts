import type { JsonObject } from '../json.ts'
import { apiVersionOf, byMaturity, type Catalogue, type Served } from '../kinds/catalogue.ts'
import { noSuchPath } from './status.ts'

export const serverVersion: JsonObject = {
  major: '1',
  minor: '36',
  gitVersion: 'v1.36.1+modelyard-sandbox',
  gitCommit: '',
  gitTreeState: 'clean',
  buildDate: '1970-01-01T00:00:00Z',
  goVersion: 'none',
  compiler: 'node',
  platform: `${process.platform}/${process.arch}`,
}

const stored = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch']
const changed = ['get', 'patch', 'update']

type Subresource = { name: string; verbs: string[]; group?: string; version?: string; kind: string }

export function subresourcesOf(kind: Served): Subresource[] {
  const found: Subresource[] = []
  if (kind.status) found.push({ name: 'status', verbs: changed, kind: kind.kind })
  if (kind.scale) found.push({ name: 'scale', verbs: changed, group: 'autoscaling', version: 'v1', kind: 'Scale' })
  if (kind.group === '' && kind.kind === 'Pod') {
    found.push({ name: 'log', verbs: ['get'], kind: 'Pod' })
    found.push({ name: 'binding', verbs: ['create'], kind: 'Binding' })
    found.push({ name: 'eviction', verbs: ['create'], group: 'policy', version: 'v1', kind: 'Eviction' })
  }
  if (kind.kind === 'ServiceAccount') {
    found.push({
      name: 'token',
      verbs: ['create'],
      group: 'authentication.k8s.io',
      version: 'v1',
      kind: 'TokenRequest',
    })
  }
  if (kind.kind === 'Namespace') found.push({ name: 'finalize', verbs: ['update'], kind: 'Namespace' })
  return found
}

const verbsOf = (kind: Served) => (kind.createOnly ? ['create'] : stored)

export function resourceList(catalogue: Catalogue, group: string, version: string): JsonObject {
  const kinds = catalogue.inGroup(group, version)
  if (kinds.length === 0) throw noSuchPath()
  const unsorted = kinds.flatMap((kind) => [
    {
      name: kind.plural,
      singularName: kind.singular,
      namespaced: kind.namespaced,
      kind: kind.kind,
      verbs: verbsOf(kind),
      ...(kind.shortNames.length > 0 ? { shortNames: kind.shortNames } : {}),
      ...(kind.categories.length > 0 ? { categories: kind.categories } : {}),
    },
    ...subresourcesOf(kind).map((sub) => ({
      name: `${kind.plural}/${sub.name}`,
      singularName: '',
      namespaced: kind.namespaced,
      ...(sub.group ? { group: sub.group, version: sub.version } : {}),
      kind: sub.kind,
      verbs: sub.verbs,
    })),
  ])
  const resources = unsorted.sort((a, b) => (a.name < b.name ? -1 : 1))
  return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion: apiVersionOf({ group, version }), resources }
}

const versionsOf = (catalogue: Catalogue, group: string) =>
  [...new Set(catalogue.inGroup(group).map((kind) => kind.version))].sort(byMaturity)

export function group(catalogue: Catalogue, name: string): JsonObject {
  const versions = versionsOf(catalogue, name).map((version) => ({ groupVersion: `${name}/${version}`, version }))
  if (versions.length === 0) throw noSuchPath()
  return { name, versions, preferredVersion: versions[0] }
}

export const groupList = (catalogue: Catalogue): JsonObject => ({
  kind: 'APIGroupList',
  apiVersion: 'v1',
  groups: catalogue.groups.filter((name) => name !== '').map((name) => group(catalogue, name)),
})

/** Everything in one answer, as kubectl prefers it: the core group under /api, all others under /apis. */
export function aggregated(catalogue: Catalogue, core: boolean): JsonObject {
  const items = catalogue.groups
    .filter((name) => (name === '') === core)
    .map((name) => ({
      metadata: { name: name || null, creationTimestamp: null },
      versions: versionsOf(catalogue, name).map((version) => ({
        version,
        freshness: 'Current',
        resources: catalogue.inGroup(name, version).map((kind) => ({
          resource: kind.plural,
          responseKind: { group: kind.group, version: kind.version, kind: kind.kind },
          scope: kind.namespaced ? 'Namespaced' : 'Cluster',
          singularResource: kind.singular,
          verbs: verbsOf(kind),
          shortNames: kind.shortNames,
          categories: kind.categories,
          subresources: subresourcesOf(kind).map((sub) => ({
            subresource: sub.name,
            responseKind: { group: sub.group ?? kind.group, version: sub.version ?? kind.version, kind: sub.kind },
            verbs: sub.verbs,
          })),
        })),
      })),
    }))
  return { kind: 'APIGroupDiscoveryList', apiVersion: 'apidiscovery.k8s.io/v2', metadata: {}, items }
}
