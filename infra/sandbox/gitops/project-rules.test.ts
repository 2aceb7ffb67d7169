import { describe, expect, it } from 'vitest'
import { ApplicationSpec, ProjectSpec } from './application.ts'
import { refusal, specIssues } from './project-rules.ts'

const project = (spec: unknown) => ({ name: 'ml', spec: ProjectSpec.parse(spec) })
const application = (repoURL: string) => ApplicationSpec.parse({ source: { repoURL, path: 'x' }, destination: {} })
const place = (namespace: string) => ({ server: 'https://cluster', name: 'in-cluster', namespace })
const open = { sourceRepos: ['*'], destinations: [{ server: '*', namespace: '*' }] }
const configMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings', namespace: 'ml-dev' } }
const core = { group: '', version: 'v1', kind: 'ConfigMap', plural: 'configmaps', namespaced: true }
const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'ml-dev' } }
const namespaces = { ...core, kind: 'Namespace', plural: 'namespaces', namespaced: false }

describe('a project', () => {
  it.each([
    [['https://git/platform/gitops.git'], 'https://git/platform/gitops', 0],
    [['https://git/*'], 'https://git/platform/gitops.git', 0],
    [['https://git/other'], 'https://git/platform/gitops.git', 1],
    [['*', '!https://git/secret*'], 'https://git/secret-things', 1],
    [[], 'https://git/platform/gitops.git', 1],
  ])('with the repositories %j and the source %s finds %i faults', (sourceRepos, url, faults) => {
    expect(specIssues(application(url), project({ ...open, sourceRepos }), place('ml-dev'))).toHaveLength(faults)
  })

  it.each([
    [[{ server: '*', namespace: 'ml-*' }], 'ml-dev', true],
    [[{ server: '*', namespace: 'ml-*' }], 'data-dev', false],
    [[{ name: 'in-cluster', namespace: '*' }], 'data-dev', true],
    [
      [
        { server: '*', namespace: '*' },
        { server: '*', namespace: '!kube-*' },
      ],
      'kube-system',
      false,
    ],
    [[{ server: 'https://elsewhere', namespace: '*' }], 'ml-dev', false],
  ])('with the destinations %j and the namespace %s answers %s', (destinations, name, allowed) => {
    const issues = specIssues(application('https://git/x'), project({ ...open, destinations }), place(name))
    expect(issues.length === 0).toBe(allowed)
  })

  it('allows kinds of a namespace unless they are listed otherwise, and kinds of the cluster only when listed', () => {
    const ask = (spec: object) => [
      refusal(project({ ...open, ...spec }), configMap, core, place('ml-dev')) === undefined,
      refusal(project({ ...open, ...spec }), namespace, namespaces, place('ml-dev')) === undefined,
    ]
    expect(ask({})).toEqual([true, false])
    expect(ask({ clusterResourceWhitelist: [{ group: '', kind: 'Namespace' }] })).toEqual([true, true])
    expect(ask({ clusterResourceWhitelist: [{ group: '*', kind: '*', name: 'data-*' }] })).toEqual([true, false])
    expect(ask({ namespaceResourceBlacklist: [{ group: '', kind: 'ConfigMap' }] })).toEqual([false, false])
    expect(ask({ namespaceResourceWhitelist: [{ group: 'apps', kind: '*' }] })).toEqual([false, false])
  })
})
