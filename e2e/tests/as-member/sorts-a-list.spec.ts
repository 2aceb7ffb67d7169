import { ask } from '../../fixtures/stories.ts'
import { expect, test } from '../../fixtures/test.ts'

const quota = (cpu: string) => ({ cpu, memory: '1Gi', gpu: 0, storage: '0Gi' })

test('a list is sorted by its heads, and the address says how', async ({ asMember, team }) => {
  for (const [purpose, cpu] of [
    ['small', '1'],
    ['large', '4'],
    ['middle', '2'],
  ] as const) {
    await ask(asMember, {
      kind: 'namespace.create',
      team,
      environment: 'dev',
      purpose,
      quota: quota(cpu),
      reason: 'To be put in order',
    })
  }
  const { page } = asMember
  const purposes = page.getByRole('table', { name: 'Requests' }).getByRole('link', { name: /Namespace/ })
  await asMember.open(`/teams/${team}/requests`)
  await expect(purposes).toContainText(['middle', 'large', 'small'])
  const head = page.getByRole('columnheader', { name: 'A month' })
  await head.getByRole('button').click()
  await expect(head).toHaveAttribute('aria-sort', 'ascending')
  await expect(page).toHaveURL(/sort=monthlyDelta/)
  await expect(purposes).toContainText(['small', 'middle', 'large'])
  await head.getByRole('button').click()
  await expect(head).toHaveAttribute('aria-sort', 'descending')
  await page.reload()
  await expect(purposes).toContainText(['large', 'middle', 'small'])

  // A phone shows no heads: the menu has the same.
  await page.setViewportSize({ width: 390, height: 844 })
  await page.getByRole('button', { name: 'Table settings' }).click()
  await page.getByRole('menuitemradio', { name: 'Request', exact: true }).click()
  await expect(page.getByRole('menuitemradio', { name: /^Request ascending/ })).toBeChecked()
  await expect(purposes).toContainText(['small', 'large', 'middle'])
})
