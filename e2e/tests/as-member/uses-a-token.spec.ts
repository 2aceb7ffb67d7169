import { getMe } from '#server/contracts/people.ts'
import { installation } from '../../fixtures/installation.ts'
import { expect, test } from '../../fixtures/test.ts'

test('a token is shown once, works, and stops working when it is revoked', async ({ asMember }) => {
  const { page } = asMember
  const name = `story-${Date.now()}`
  await asMember.open('/settings/tokens')
  await page.getByRole('button', { name: 'Create token' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Name').fill(name)
  await dialog.getByRole('button', { name: 'Create the token' }).click()
  const secret = await dialog.getByRole('textbox', { name: 'Token' }).inputValue()
  expect(secret.length).toBeGreaterThan(20)
  const status = async () =>
    (await fetch(installation.portal + getMe.path, { headers: { authorization: `Bearer ${secret}` } })).status
  expect(await status()).toBe(200)

  await dialog.getByRole('button', { name: 'I have copied it' }).click()
  await expect(page.getByText(secret)).toBeHidden()
  await page.getByRole('button', { name: new RegExp(`^Revoke ${name}`) }).click()
  await page
    .getByRole('dialog')
    .getByRole('button', { name: `Revoke ${name}` })
    .click()
  await expect.poll(status, { timeout: 60_000 }).toBe(401)
})
