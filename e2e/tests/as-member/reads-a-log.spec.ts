import { putInCluster } from '../../fixtures/cluster.ts'
import { giveNamespace } from '../../fixtures/stories.ts'
import { expect, test } from '../../fixtures/test.ts'

test('a member reads what a pod of the team writes, and a stranger does not', async ({
  asMember,
  asReviewer,
  asStranger,
  team,
}) => {
  const namespace = await giveNamespace(asMember, asReviewer, team)
  await putInCluster({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: 'server',
      namespace,
      labels: { 'modelyard.dev/team': team, 'modelyard.dev/environment': 'dev' },
    },
    spec: {
      securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [
        {
          name: 'main',
          image: 'modelyard/runtime:latest',
          securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
        },
      ],
    },
  })
  const { page } = asMember
  await asMember.open(`/teams/${team}/namespaces/${namespace}`)
  await page.getByRole('link', { name: 'server' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('server')
  await expect(page.getByRole('log', { name: 'Log of main' })).toContainText('"ready":true', { timeout: 30_000 })
  const download = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Download the log' }).click()
  expect((await download).suggestedFilename()).toBe('server-main.log')

  await asMember.open(`/teams/${team}/namespaces/${namespace}/pods/gone`)
  await expect(page.getByText('The pod gone is not there.').first()).toBeVisible()
  await asStranger.open(page.url())
  await expect(asStranger.page.getByRole('log')).toHaveCount(0)
  await expect(asStranger.page.getByText(`Team ${team} does not exist, or you may not see it.`)).toBeVisible()
})
