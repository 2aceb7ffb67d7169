import { press, tabTo, typeInto } from '../../fixtures/keyboard.ts'
import { expect, test } from '../../fixtures/test.ts'

test('a request is asked for and approved without a mouse', async ({ asMember, asReviewer, team }) => {
  const { page } = asMember
  await asMember.open(`/teams/${team}`)
  await press(page, page.getByRole('link', { name: 'Skip to content' }))
  await press(page, page.getByRole('link', { name: 'Request namespace' }))
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Request a namespace')
  await typeInto(page, page.getByLabel('Purpose'), 'keys')
  await typeInto(page, page.getByLabel('Reason'), 'Asked for with the keyboard alone')
  await expect(asMember.newRequest.verdict).toContainText('Needs approval')
  await press(page, asMember.newRequest.submitButton)
  await expect(page).toHaveURL(/\/requests\/[0-9a-f-]{36}$/)
  const { id } = asMember.request
  await expect(asMember).toReachState(id, 'in_review')

  const reviewer = asReviewer.page
  await asReviewer.request.open(id)
  await press(reviewer, asReviewer.request.approveButton)
  await expect(reviewer.getByRole('dialog')).toBeVisible()
  await reviewer.keyboard.press('Escape')
  await expect(asReviewer.request.approveButton).toBeFocused()
  await reviewer.keyboard.press('Enter')
  const confirm = reviewer.getByRole('dialog').getByRole('button', { name: /^Approve/ })
  await tabTo(reviewer, confirm)
  await reviewer.keyboard.press('Enter')
  await expect(asMember).toReachState(id, 'done')
})

test('the palette leads everywhere', async ({ asMember, team }) => {
  const { page } = asMember
  await asMember.open(`/teams/${team}`)
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  await page.keyboard.press('Control+k')
  await expect(page.getByRole('dialog')).toBeVisible()
  await page.keyboard.type('audit')
  await expect(page.getByRole('dialog').getByText('Audit').first()).toBeVisible()
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/\/audit/)
})
