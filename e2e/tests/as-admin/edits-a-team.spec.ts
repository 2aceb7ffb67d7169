import type { Page } from '@playwright/test'
import { expect, test } from '../../fixtures/test.ts'

/** Without waiting to get there: somebody may be held back. */
const goBack = (page: Page) => page.evaluate(() => history.back())

test('saving one form of a team keeps what was typed into the other', async ({ asAdmin, team }) => {
  const { page } = asAdmin
  await asAdmin.open(`/admin/teams/${team}`)
  await page.getByRole('group', { name: 'prod' }).getByLabel('CPU, in cores').fill('7')
  await page.getByLabel('On call').fill('#somebody-else')
  await page.getByRole('button', { name: 'Save the team' }).click()
  await expect(page.getByText('The team is saved')).toBeVisible()
  await expect(page.getByRole('group', { name: 'prod' }).getByLabel('CPU, in cores')).toHaveValue('7')
  await page.getByRole('button', { name: 'Set the allowance' }).click()
  await expect(page.getByText('The allowance is set')).toBeVisible()
  await page.reload()
  await expect(page.getByRole('group', { name: 'prod' }).getByLabel('CPU, in cores')).toHaveValue('7')
  await expect(page.getByLabel('On call')).toHaveValue('#somebody-else')
})

test('what was typed is not lost by the palette or the way back', async ({ asAdmin, team }) => {
  const { page } = asAdmin
  const questions: string[] = []
  let stay = true
  page.on('dialog', async (dialog) => {
    questions.push(dialog.message())
    await (stay ? dialog.dismiss() : dialog.accept())
  })
  await asAdmin.open('/admin/teams')
  await page.getByRole('link', { name: new RegExp(team) }).click()
  await expect(page.getByRole('heading', { level: 1 })).toContainText(team)
  await page.getByLabel('On call').fill('#not-sent-yet')

  await goBack(page)
  await expect.poll(() => questions.length).toBe(1)
  await expect(page).toHaveURL(new RegExp(`/admin/teams/${team}$`))
  await expect(page.getByLabel('On call')).toHaveValue('#not-sent-yet')

  await page.keyboard.press('Control+k')
  await page.getByRole('dialog').getByRole('textbox').fill('audit')
  await page.keyboard.press('Enter')
  await expect.poll(() => questions.length).toBe(2)
  await expect(page.getByLabel('On call')).toHaveValue('#not-sent-yet')

  stay = false
  await goBack(page)
  await expect(page).toHaveURL(/\/admin\/teams$/)
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Teams')
  expect(questions).toHaveLength(3)
})
