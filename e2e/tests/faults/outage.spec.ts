/** What does not answer is told on every page, with what to do about it; what is known stays. */
import { pausePart } from '../../fixtures/parts.ts'
import { giveNamespace } from '../../fixtures/stories.ts'
import { expect, test } from '../../fixtures/test.ts'

test('a runtime and a cluster that stand still blank no page, and are told until they answer again', async ({
  asAdmin,
  asMember,
  asReviewer,
  team,
}) => {
  test.setTimeout(240_000)
  const namespace = await giveNamespace(asMember, asReviewer, team)
  const goOn = [await pausePart('runtime'), await pausePart('cluster')]
  try {
    await asMember.open(`/teams/${team}/namespaces`)
    const banner = asMember.page.getByRole('status').filter({ hasText: 'not answer' })
    await expect(banner).toContainText('inference runtime', { timeout: 60_000 })
    await expect(banner).toContainText('cluster', { timeout: 60_000 })
    await expect(asMember.page.getByRole('link', { name: namespace })).toBeVisible()
    await asMember.open(`/teams/${team}/namespaces/${namespace}`)
    await expect(asMember.page.getByRole('heading', { level: 1 })).toHaveText(namespace, { timeout: 30_000 })
    await expect(asMember.page.getByRole('region', { name: 'Delivery' })).toContainText('Synced')

    await asAdmin.open('/integrations')
    const runtime = asAdmin.page.locator('details', { hasText: 'The inference runtime' })
    await expect(runtime).toContainText('Does not answer')
    await expect(runtime).toContainText('Check that')
  } finally {
    for (const each of goOn) each()
  }
  await expect(asAdmin.page.getByText('Does not answer', { exact: true })).toHaveCount(0, { timeout: 60_000 })
})
