import { ApiError, isNotFound } from '../../../infra/sandbox/kube-client/api-error.ts'
import { KubeClient } from '../../../infra/sandbox/kube-client/kube-client.ts'
import type { KubeObject } from '../../../infra/sandbox/kube-client/objects.ts'
import { ARGO_CD } from '../../../infra/sandbox/real/binaries/tools.ts'
import type { Access } from './access.ts'

export interface Look {
  version: string
  /** Settings of its Argo CD without which the portal says less, and how to set them. */
  advice: string[]
}

const manifest = `https://raw.githubusercontent.com/argoproj/argo-cd/v${ARGO_CD}/manifests/install.yaml`

/** Reads, and writes nothing. Refuses a cluster that does not answer, or has no Argo CD. */
export async function lookAt(access: Access): Promise<Look> {
  const client = KubeClient.fromFile(access.kubeconfig)
  try {
    const version = await versionOf(client, access)
    if (!(await hasArgoCd(client))) {
      throw new Error(
        [
          `The cluster of context ${access.context} has no Argo CD in the namespace argocd, and only Argo CD applies what is approved.`,
          'Nothing was written. Install it, then run this again:',
          `  ${access.kubectl} create namespace argocd`,
          `  ${access.kubectl} apply --server-side --namespace argocd --filename ${manifest}`,
        ].join('\n'),
      )
    }
    await refuseForeign(client, access)
    return { version, advice: await adviceFor(client, access) }
  } finally {
    client.close()
  }
}

async function versionOf(client: KubeClient, access: Access): Promise<string> {
  try {
    const answer = await client.send<{ gitVersion?: string }>('GET', '/version', { timeoutMilliseconds: 10_000 })
    return answer.gitVersion ?? 'of an unknown version'
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new Error(
      `The cluster of context ${access.context} (${access.server}) does not answer: ${reason}\nTry: ${access.kubectl} version`,
    )
  }
}

async function hasArgoCd(client: KubeClient): Promise<boolean> {
  for (const kind of ['Application', 'ApplicationSet', 'AppProject']) {
    if (!(await client.discovery.find('argoproj.io/v1alpha1', kind))) return false
  }
  return (await dataOf(client, 'argocd-cm')) !== undefined
}

/** What the demo would write over. Field managers and the root's mark tell who wrote it. */
const ours = [
  { plural: 'applications', kind: 'Application', name: 'platform' },
  { plural: 'appprojects', kind: 'AppProject', name: 'platform' },
  { plural: 'applicationsets', kind: 'ApplicationSet', name: 'namespaces' },
  { plural: 'applicationsets', kind: 'ApplicationSet', name: 'models' },
]

async function refuseForeign(client: KubeClient, { context, kubectl }: Access): Promise<void> {
  const foreign: string[] = []
  for (const { plural, kind, name } of ours) {
    const path = `/apis/argoproj.io/v1alpha1/namespaces/argocd/${plural}/${name}`
    const found = await existing(() => client.send<KubeObject>('GET', path))
    if (found && !isOurs(found)) foreign.push(`${kind} ${name}`)
  }
  if (foreign.length === 0) return
  throw new Error(
    [
      `In the namespace argocd of the cluster of context ${context} there is already: ${foreign.join(', ')}.`,
      'The demo did not write that, and would write over it. Nothing was written. Choose another cluster, or look at it:',
      `  ${kubectl} get application,appproject,applicationset --namespace argocd`,
    ].join('\n'),
  )
}

export function isOurs({ metadata, kind }: KubeObject): boolean {
  if (kind !== 'ApplicationSet') return JSON.stringify(metadata.managedFields ?? []).includes('"modelyard-seed"')
  // Applied by the root Application, which marks it in the way its Argo CD is set to.
  const mark = metadata.annotations?.['argocd.argoproj.io/tracking-id'] ?? ''
  return mark.startsWith('platform:') || metadata.labels?.['app.kubernetes.io/instance'] === 'platform'
}

async function adviceFor(client: KubeClient, { kubectl }: Access): Promise<string[]> {
  const settings = await dataOf(client, 'argocd-cm')
  const parameters = await dataOf(client, 'argocd-cmd-params-cm')
  const advice: string[] = []
  if (!settings?.['resource.customizations.health.inference.modelyard.dev_InferenceModel']) {
    advice.push(
      'It does not know the health of an InferenceModel: put infra/sandbox/real/inference-model-health.lua into argocd-cm ' +
        'as resource.customizations.health.inference.modelyard.dev_InferenceModel.',
    )
  }
  if (parameters?.['controller.resource.health.persist'] !== 'true') {
    advice.push(
      'It does not tell what ails a resource: ' +
        `${kubectl} patch configmap argocd-cmd-params-cm --namespace argocd --type merge ` +
        `--patch '{"data":{"controller.resource.health.persist":"true"}}', then restart its application controller.`,
    )
  }
  return advice
}

/** Undefined when there is no such ConfigMap. */
async function dataOf(client: KubeClient, name: string): Promise<Record<string, string> | undefined> {
  const path = `/api/v1/namespaces/argocd/configmaps/${name}`
  const found = await existing(() => client.send<{ data?: Record<string, string> }>('GET', path))
  return found && (found.data ?? {})
}

async function existing<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read()
  } catch (error) {
    if (isNotFound(error)) return undefined
    if (error instanceof ApiError && error.code === 403) {
      throw new Error(`The account of this kubeconfig may not read what belongs to Argo CD: ${error.message}`)
    }
    throw error
  }
}
