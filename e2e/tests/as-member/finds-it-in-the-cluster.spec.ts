import { inCluster } from '../../fixtures/cluster.ts'
import { installation } from '../../fixtures/installation.ts'
import { applied, giveNamespace, registerSample } from '../../fixtures/stories.ts'
import { expect, test } from '../../fixtures/test.ts'

test('what was approved is in the cluster, brought there by Argo CD', async ({ asMember, asReviewer, team }) => {
  test.setTimeout(120_000 * installation.patience)
  const namespace = await giveNamespace(asMember, asReviewer, team)

  await test.step('the namespace, its labels and its quota', async () => {
    expect(await inCluster('v1', 'Namespace', namespace)).toMatchObject({
      metadata: {
        labels: { 'modelyard.dev/team': team, 'modelyard.dev/environment': 'dev', 'modelyard.dev/cost-center': 'CC-1' },
      },
      status: { phase: 'Active' },
    })
    expect(await inCluster('v1', 'ResourceQuota', 'team-quota', namespace)).toMatchObject({
      spec: { hard: { 'requests.cpu': '2', 'requests.memory': '4Gi' } },
    })
    // Argo CD writes what it thinks a moment after what it did.
    const application = () => inCluster('argoproj.io/v1alpha1', 'Application', namespace, 'argocd')
    await expect
      .poll(application)
      .toMatchObject({ status: { sync: { status: 'Synced' }, health: { status: 'Healthy' } } })
  })

  await test.step('the model, ready by what its agent reports', async () => {
    const model = await registerSample(asMember, team, 'iris')
    await applied(asMember, asReviewer, {
      kind: 'model.deploy',
      team,
      namespace,
      model,
      traffic: [{ version: 1 }],
      reason: 'Serve it',
    })
    const found = await inCluster('inference.modelyard.dev/v1alpha1', 'InferenceModel', 'iris', namespace)
    expect(found).toMatchObject({
      spec: { tenant: team, versions: [{ version: '1', weight: 100 }] },
      status: { conditions: expect.arrayContaining([expect.objectContaining({ type: 'Ready', status: 'True' })]) },
    })
  })
})
