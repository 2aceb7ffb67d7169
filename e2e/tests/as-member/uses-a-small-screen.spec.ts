import type { Locator } from '@playwright/test'
import { expect, test } from '../../fixtures/test.ts'

const top = async (part: Locator) => (await part.boundingBox())?.y ?? Number.NaN

test('a member with a small screen sees every choice, and what will happen before the button', async ({
  asMember,
  team,
}) => {
  const { page, newRequest } = asMember
  await page.setViewportSize({ width: 390, height: 844 })
  await asMember.open(`/teams/${team}/requests`)
  const choices = page.getByRole('radiogroup', { name: 'Which requests' })
  for (const choice of ['Open', 'Done', 'Failed', 'All'])
    await expect(choices.getByText(choice, { exact: true })).toBeInViewport({ ratio: 1 })

  await newRequest.openFor(team)
  await expect(newRequest.verdict).toContainText('Needs approval')
  expect(await top(newRequest.verdict)).toBeLessThan(await top(newRequest.submitButton))
})
