/** The pictures of the documentation, taken from what really runs. MODELYARD_PICTURES names the folder they go to. */
import { join } from 'node:path'
import { installation } from '../../fixtures/installation.ts'
import { applied, approve, ask, giveNamespace, registerSample } from '../../fixtures/stories.ts'
import { makeTeam } from '../../fixtures/team.ts'
import { expect, test } from '../../fixtures/test.ts'
import { infer, keepCalling } from '../../fixtures/traffic.ts'

const folder = process.env.MODELYARD_PICTURES ?? join(installation.state, 'pictures')

test('the start page of a team that has something to show', async ({ asMember, asReviewer, asMaintainer, asAdmin }) => {
  test.setTimeout(180_000)
  const quota = { cpu: '8', memory: '24Gi', gpu: 1, storage: '100Gi' }
  const team = await makeTeam(asAdmin, 'Forecasting')
  const namespace = await giveNamespace(asMember, asReviewer, team)
  const model = await registerSample(asMember, team, 'iris', [1, 2])
  await applied(asMember, asReviewer, {
    kind: 'model.deploy',
    team,
    namespace,
    model,
    traffic: [
      { version: 1, weight: 90 },
      { version: 2, weight: 10 },
    ],
    limits: { requestsPerSecond: 10_000 },
    reason: 'Compare the two',
  })
  const waiting = await ask(asMember, {
    kind: 'namespace.create',
    team,
    environment: 'prod',
    quota,
    reason: 'Our users are waiting for the new scores.',
  })
  await approve(asReviewer, waiting)
  const traffic = keepCalling(() => infer(`${namespace}.${model}`))
  await asMember.open(`/teams/${team}`)
  await expect(asMember.page.getByText('Canary')).toBeVisible()
  await expect(asMember.page.getByRole('row', { name: /iris/ })).toContainText(/ms.*%/, { timeout: 40_000 })
  await traffic.stop()
  await asMember.page.screenshot({ path: join(folder, 'home.png') })

  await asMaintainer.page.emulateMedia({ colorScheme: 'dark' })
  await asMaintainer.request.open(waiting)
  await expect(asMaintainer.page.getByText('resourcequota.yaml').first()).toBeVisible()
  await asMaintainer.page.screenshot({ path: join(folder, 'request.png') })
})
