/**
 * Introduces a cluster to its GitOps repository: what a platform team applies once by kubectl. From then on Argo CD
 * takes everything from Git.
 *
 *   node infra/sandbox/seed/main.ts --kubeconfig FILE --repository-url URL [--cluster-url URL] [--has-argo-cd]
 */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { parse } from 'yaml'
import { ApiError } from '../kube-client/api-error.ts'
import { KubeClient } from '../kube-client/kube-client.ts'
import type { KubeObject } from '../kube-client/objects.ts'
import { inCluster } from './gitops-folder.ts'

const root = join(import.meta.dirname, '../../..')
const files = [
  'runtime/agent/inferencemodel-crd.yaml',
  'infra/argocd/namespace.yaml',
  'infra/argocd/platform-project.yaml',
  'infra/argocd/platform-application.yaml',
]

const { values } = parseArgs({
  options: {
    kubeconfig: { type: 'string' },
    'repository-url': { type: 'string' },
    'cluster-url': { type: 'string', default: inCluster },
    // Its namespace is somebody else's then.
    'has-argo-cd': { type: 'boolean', default: false },
  },
})
const { kubeconfig, 'repository-url': repositoryUrl, 'cluster-url': clusterUrl } = values
if (!kubeconfig || !repositoryUrl) throw new Error('Usage: --kubeconfig FILE --repository-url URL [--cluster-url URL]')

const client = KubeClient.fromFile(kubeconfig)
const wanted = values['has-argo-cd'] ? files.filter((file) => !file.endsWith('/namespace.yaml')) : files
for (const file of wanted) {
  const text = await readFile(join(root, file), 'utf8')
  const object: KubeObject = parse(
    text.replaceAll('REPOSITORY_URL', repositoryUrl).replaceAll('CLUSTER_URL', clusterUrl),
  )
  await applyPatiently(object)
  if (object.kind === 'CustomResourceDefinition') await tellOfSchema(object)
}
client.close()
process.stdout.write(`${JSON.stringify({ applied: wanted.length })}\n`)

/** Argo CD's kinds appear when its controllers have started; half a minute is enough for that. */
async function applyPatiently(object: KubeObject): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      const type = await client.discovery.require(object.apiVersion, object.kind)
      await client.apply(type, object, { manager: 'modelyard-seed', force: true })
      return
    } catch (error) {
      if (attempt === 60) throw error
      await wait(500)
    }
  }
}

/**
 * Argo CD reads the server's schema when it hears of a new kind, and the server publishes it a moment later: a kind that
 * was missing then cannot be compared until the next time. So it hears of it once more, and again when the kind changes.
 */
async function tellOfSchema(definition: KubeObject): Promise<void> {
  const { apiVersion, kind, metadata } = definition
  const [plural = ''] = metadata.name.split('.')
  for (let attempt = 1; !(await isPublished(plural)) && attempt < 60; attempt++) await wait(500)
  const published = createHash('sha256').update(JSON.stringify(definition)).digest('hex').slice(0, 16)
  const annotations = { 'modelyard.dev/published': published }
  const type = await client.discovery.require(apiVersion, kind)
  await client.apply(
    type,
    { apiVersion, kind, metadata: { name: metadata.name, annotations } },
    { manager: 'modelyard-published', force: true },
  )
}

/** A server that tells no schema, or not to this account, keeps nobody waiting. */
async function isPublished(plural: string): Promise<boolean> {
  try {
    const { paths = {} } = await client.send<{ paths?: Record<string, unknown> }>('GET', '/openapi/v2')
    return Object.keys(paths).some((path) => path.endsWith(`/${plural}`))
  } catch (error) {
    return error instanceof ApiError // otherwise it did not answer at all
  }
}
