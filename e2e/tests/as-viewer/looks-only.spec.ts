import { createModel } from '#server/contracts/models.ts'
import { submitRequest } from '#server/contracts/requests.ts'
import { expect, test } from '../../fixtures/test.ts'

test('a viewer sees the team and changes nothing', async ({ asViewer, team }) => {
  await asViewer.open(`/teams/${team}`)
  await expect(asViewer.page.getByRole('heading', { level: 1 })).toContainText(`Test team ${team}`)
  await expect(asViewer.page.getByRole('link', { name: 'Request namespace' })).toBeHidden()
  const quota = { cpu: '1', memory: '1Gi', gpu: 0, storage: '0Gi' }
  await expect(
    await asViewer.send(submitRequest, {
      kind: 'namespace.create',
      team,
      environment: 'dev',
      quota,
      reason: 'Around the page',
    }),
  ).toBeRefused('forbidden')
  await expect(await asViewer.send(createModel, { team, name: 'mine' })).toBeRefused('forbidden')
})
