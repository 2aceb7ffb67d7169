import { getNamespace } from '#server/contracts/namespaces.ts'
import { giveNamespace } from '../../fixtures/stories.ts'
import { expect, test } from '../../fixtures/test.ts'

test('a maintainer sees how far Git has come and has Argo CD apply it; a member may only have it look', async ({
  asMaintainer,
  asMember,
  asReviewer,
  team,
}) => {
  test.slow()
  const namespace = await giveNamespace(asMember, asReviewer, team)
  const synced = async () => (await asMember.call(getNamespace, { team, namespace })).application?.sync
  await expect.poll(synced).toBe('Synced')

  const page = asMaintainer.page
  await asMaintainer.open(`/teams/${team}/namespaces/${namespace}`)
  const delivery = page.getByRole('region', { name: 'Delivery' })
  await expect(delivery).toContainText('Healthy')
  await expect(delivery.getByRole('heading', { name: 'Last syncs' })).toBeVisible()
  await delivery.getByRole('button', { name: 'Look again' }).click()
  await expect(page.getByText('Argo CD is looking again.')).toBeVisible()

  await delivery.getByRole('button', { name: 'More for Argo CD' }).click()
  await page.getByRole('menuitem', { name: 'Apply what Git says now' }).click()
  const dialog = page.getByRole('dialog')
  await expect(dialog).toContainText('overwritten')
  await dialog.getByRole('button', { name: `Apply ${namespace} now` }).click()
  await expect(dialog).toBeHidden()
  await expect(delivery).toContainText(/asked for by/)

  await asMember.open(`/teams/${team}/namespaces/${namespace}`)
  const theirs = asMember.page.getByRole('region', { name: 'Delivery' })
  await theirs.getByRole('button', { name: 'More for Argo CD' }).click()
  await expect(asMember.page.getByRole('menuitem', { name: 'Read the repository anew' })).toBeVisible()
  await expect(asMember.page.getByRole('menuitem', { name: 'Apply what Git says now' })).toBeHidden()
})
