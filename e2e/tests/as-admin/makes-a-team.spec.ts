import { randomBytes } from 'node:crypto'
import { expect, test } from '../../fixtures/test.ts'

test('a platform admin makes a team with its allowance', async ({ asAdmin }) => {
  const { page } = asAdmin
  const slug = `t${randomBytes(4).toString('hex')}`
  await asAdmin.open('/admin/teams')
  await page.getByRole('link', { name: 'Create team' }).click()
  await page.getByLabel('Slug').fill(slug)
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Made by an admin')
  await page.getByLabel('On call').fill('#on-call')
  await page.getByLabel('Cost centre').fill('CC-7')
  await page.getByRole('button', { name: `Create team ${slug}` }).click()
  await expect(page).toHaveURL(new RegExp(`/admin/teams/${slug}`))
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Made by an admin')
})

test('nobody else may', async ({ asMaintainer }) => {
  await asMaintainer.open('/admin/teams')
  await expect(asMaintainer.page.getByText('Only platform admins manage teams')).toBeVisible()
  await expect(asMaintainer.page.getByRole('link', { name: 'Create team' })).toBeHidden()
})
