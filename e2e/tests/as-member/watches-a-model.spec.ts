import { listAlerts } from '#server/contracts/serving/observability.ts'
import { applied, giveNamespace, registerSample } from '../../fixtures/stories.ts'
import { expect, test } from '../../fixtures/test.ts'
import { hopeless, infer, keepCalling } from '../../fixtures/traffic.ts'

test('a member watches a model, is told when it fails, and silences the alert with a reason', async ({
  asMember,
  asReviewer,
  team,
}) => {
  test.setTimeout(180_000)
  const namespace = await giveNamespace(asMember, asReviewer, team)
  const model = await registerSample(asMember, team, 'iris')
  await applied(asMember, asReviewer, {
    kind: 'model.deploy',
    team,
    namespace,
    model,
    traffic: [{ version: 1 }],
    // The traffic below is as fast as it can be; refusals for its rate are not what this is about.
    limits: { requestsPerSecond: 10_000 },
    reason: 'Serve it',
  })
  const served = `${namespace}.${model}`

  await test.step('sees requests, latency and labels', async () => {
    const traffic = keepCalling(() => infer(served))
    await asMember.deployment.open(team, namespace, model)
    await asMember.page.getByText('15m', { exact: true }).click()
    await expect(asMember.page.getByRole('region', { name: 'Requests a second' }).locator('path').first()).toBeVisible({
      timeout: 30_000,
    })
    await expect(asMember.page.getByRole('region', { name: 'Predictions a second, by label' })).toContainText(
      /setosa|versicolor|virginica/,
      { timeout: 30_000 },
    )
    expect(new Set(await traffic.stop())).toEqual(new Set([200]))
  })

  await test.step('an alert fires on bad traffic', async () => {
    const traffic = keepCalling(() => hopeless(served))
    await expect
      .poll(
        async () => (await asMember.call(listAlerts, { team })).alerts.map((alert) => `${alert.name} ${alert.state}`),
        { timeout: 60_000 },
      )
      .toContain('HighErrorRate firing')
    await asMember.open(`/teams/${team}/alerts`)
    await asMember.page.getByRole('button', { name: 'Silence HighErrorRate' }).click()
    await asMember.page.getByLabel('Reason').fill('A test sends calls that cannot be answered')
    await asMember.page.getByRole('button', { name: 'Silence for 1 hour' }).click()
    await expect(asMember.page.getByText('A test sends calls that cannot be answered').first()).toBeVisible()
    await expect
      .poll(async () => (await asMember.call(listAlerts, { team })).alerts[0]?.state, { timeout: 30_000 })
      .toBe('silenced')
    expect(await traffic.stop()).toContain(504)
  })
})
