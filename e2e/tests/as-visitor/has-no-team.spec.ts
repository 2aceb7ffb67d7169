import { expect, test } from '../../fixtures/test.ts'

test('somebody without a team is told what to do', async ({ asVisitor }) => {
  await asVisitor.open('/')
  await expect(asVisitor.page.getByRole('heading', { level: 1 })).toHaveText('You are not in a team yet')
  await expect(asVisitor.page.getByText('Ask a maintainer of your team to add you')).toBeVisible()
})

test('nobody gets in without signing in, and comes back to where they wanted to go', async ({ page, request }) => {
  await page.goto('/teams/ml/models')
  await expect(page).toHaveURL(/\/sign-in/)
  await expect(page.getByRole('button', { name: 'Sign in with single sign-on' })).toBeVisible()
  await expect(await request.get('/api/v1/me')).toBeRefused('unauthenticated')
})
