import { ApiError, isNotFound } from '../../../infra/sandbox/kube-client/api-error.ts'
import { KubeClient } from '../../../infra/sandbox/kube-client/kube-client.ts'
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
  try {
    const path = `/api/v1/namespaces/argocd/configmaps/${name}`
    const found = await client.send<{ data?: Record<string, string> }>('GET', path)
    return found.data ?? {}
  } catch (error) {
    if (isNotFound(error)) return undefined
    if (error instanceof ApiError && error.code === 403) {
      throw new Error(`The account of this kubeconfig may not read Argo CD's settings: ${error.message}`)
    }
    throw error
  }
}
