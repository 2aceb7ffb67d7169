/** The custom resources of Argo CD, in short: what is read is typed, what is deep is kept as it came. */
import type { KubeClient } from '#sandbox/kube-client/kube-client.ts'
import type { KubeObject } from '#sandbox/kube-client/objects.ts'

type Schema = Record<string, unknown>
const open: Schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }
const text: Schema = { type: 'string' }
const texts: Schema = { type: 'array', items: text }
const openList: Schema = { type: 'array', items: open }

const source: Schema = {
  ...open,
  required: ['repoURL'],
  properties: { repoURL: text, path: text, targetRevision: text, chart: text },
}

const applicationSpec: Schema = {
  ...open,
  required: ['destination', 'project'],
  properties: {
    project: text,
    source,
    sources: { type: 'array', items: source },
    destination: { type: 'object', properties: { server: text, name: text, namespace: text } },
    syncPolicy: open,
    ignoreDifferences: openList,
  },
}

const column = (name: string, jsonPath: string) => ({ name, type: 'string', jsonPath })

const definition = (names: Schema & { plural: string }, schema: Schema, version: Schema = {}): KubeObject => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `${names.plural}.argoproj.io`, labels: { 'app.kubernetes.io/part-of': 'argocd' } },
  spec: {
    group: 'argoproj.io',
    names,
    scope: 'Namespaced',
    versions: [
      {
        name: 'v1alpha1',
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: 'object',
            required: ['metadata', 'spec'],
            properties: { apiVersion: text, kind: text, metadata: { type: 'object' }, ...schema },
          },
        },
        ...version,
      },
    ],
  },
})

const definitions: KubeObject[] = [
  definition(
    {
      plural: 'applications',
      singular: 'application',
      kind: 'Application',
      listKind: 'ApplicationList',
      shortNames: ['app', 'apps'],
    },
    { spec: applicationSpec, operation: open, status: open },
    {
      additionalPrinterColumns: [
        column('Sync Status', '.status.sync.status'),
        column('Health Status', '.status.health.status'),
        { ...column('Revision', '.status.sync.revision'), priority: 10 },
      ],
    },
  ),
  definition(
    {
      plural: 'appprojects',
      singular: 'appproject',
      kind: 'AppProject',
      listKind: 'AppProjectList',
      shortNames: ['appproj', 'appprojs'],
    },
    {
      spec: {
        ...open,
        properties: {
          sourceRepos: texts,
          destinations: openList,
          clusterResourceWhitelist: openList,
          clusterResourceBlacklist: openList,
          namespaceResourceWhitelist: openList,
          namespaceResourceBlacklist: openList,
        },
      },
      status: open,
    },
  ),
  definition(
    {
      plural: 'applicationsets',
      singular: 'applicationset',
      kind: 'ApplicationSet',
      listKind: 'ApplicationSetList',
      shortNames: ['appset', 'appsets'],
    },
    {
      spec: { ...open, required: ['generators', 'template'], properties: { generators: openList, template: open } },
      status: open,
    },
    { subresources: { status: {} } },
  ),
]

/** Leaves definitions that are there alone: on a real cluster they are Argo CD's own. */
export const installDefinitions = async (client: KubeClient): Promise<void> => {
  const type = await client.discovery.require('apiextensions.k8s.io/v1', 'CustomResourceDefinition')
  const known = new Set((await client.list(type)).map((each) => each.metadata.name))
  for (const each of definitions) if (!known.has(each.metadata.name)) await client.create(type, each)
}
