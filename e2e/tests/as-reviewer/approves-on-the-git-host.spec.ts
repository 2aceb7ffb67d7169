import { getGitAccount, unlinkGitAccount } from '#server/contracts/platform/git-account.ts'
import { getRequest } from '#server/contracts/requests.ts'
import type { Portal } from '../../fixtures/portal.ts'
import { approve, ask } from '../../fixtures/stories.ts'
import { expect, test } from '../../fixtures/test.ts'
import { GitAccountPage } from '../../pages/git-account-page.ts'
import { GitHostPage } from '../../pages/git-host-page.ts'

const quota = { cpu: '2', memory: '4Gi', gpu: 0, storage: '10Gi' }

// One account has one holder, so these stories come one after another.
test.describe.configure({ mode: 'default' })

/** Whoever ran before: nobody has linked anything. */
async function unlinked(portal: Portal): Promise<Portal> {
  const { account } = await portal.call(getGitAccount, {})
  if (account) await portal.call(unlinkGitAccount, {})
  return portal
}

test('a reviewer links their account, approves on the Git host, and the request is carried out', async ({
  asReviewer,
  asMember,
  team,
}) => {
  const { page } = await unlinked(asReviewer)
  const id = await ask(asMember, {
    kind: 'namespace.create',
    team,
    environment: 'dev',
    quota,
    reason: 'To be approved elsewhere',
  })
  const { pullRequest } = await asMember.call(getRequest, { id })
  const number = pullRequest?.number ?? 0

  await test.step('before the account is linked, the approval does not count and the page says so', async () => {
    await new GitHostPage(page).approvePull(number, 'reviewer')
    await asMember.request.open(id)
    await expect(asMember.page.getByText('who is not linked to an account here')).toBeVisible({ timeout: 30_000 })
    expect((await asMember.call(getRequest, { id })).state).toBe('in_review')
  })

  await test.step('once it is linked, it does', async () => {
    await page.context().clearCookies({ name: 'git_host_session' })
    await new GitAccountPage(page).link('reviewer')
    await expect(asMember).toReachState(id, 'done')
    await expect(asMember.page.getByText('on the Git host as reviewer').first()).toBeVisible()
  })

  await new GitAccountPage(page).unlink('reviewer')
})

test('a requester who approves their own pull request on the Git host is not counted', async ({
  asMaintainer,
  asReviewer,
  team,
}) => {
  const { page } = await unlinked(asMaintainer)
  await new GitAccountPage(page).link('ml-maintainer')
  const id = await ask(asMaintainer, {
    kind: 'namespace.create',
    team,
    environment: 'dev',
    quota,
    reason: 'Approved by nobody but me',
  })
  const { pullRequest } = await asMaintainer.call(getRequest, { id })
  await new GitHostPage(page).approvePull(pullRequest?.number ?? 0, 'ml-maintainer')

  await asMaintainer.request.open(id)
  await expect(page.getByText('whose account is or was the requester’s')).toBeVisible({ timeout: 30_000 })
  expect((await asMaintainer.call(getRequest, { id })).state).toBe('in_review')

  await approve(asReviewer, id)
  await expect(asMaintainer).toReachState(id, 'done')
  await new GitAccountPage(page).unlink('ml-maintainer')
})

test('an account that somebody else holds cannot be linked, and the page says what to do', async ({
  asReviewer,
  asMaintainer,
}) => {
  await unlinked(asReviewer)
  await unlinked(asMaintainer)
  await new GitAccountPage(asReviewer.page).link('reviewer')
  const { page } = asMaintainer
  await page.goto('/settings/git-account')
  await page.getByRole('button', { name: 'Link a Git account' }).click()
  await new GitHostPage(page).signInAs('reviewer')
  await page.getByRole('button', { name: 'Link reviewer to Modelyard' }).click()
  await expect(page.getByRole('alert').filter({ hasText: 'reviewer is linked to somebody else here.' })).toBeVisible()
  await expect(page).toHaveURL(/\/settings\/git-account$/)
  await new GitAccountPage(asReviewer.page).unlink('reviewer')
})

test('somebody who does not agree at the Git host comes back with nothing linked', async ({ asReviewer }) => {
  const { page } = await unlinked(asReviewer)
  await page.goto('/settings/git-account')
  await page.getByRole('button', { name: 'Link a Git account' }).click()
  await new GitHostPage(page).signInAs('reviewer')
  await page.getByRole('button', { name: 'Cancel' }).click()
  await expect(page.getByText('You did not agree')).toBeVisible()
  await expect(page.getByRole('button', { name: 'Link a Git account' })).toBeVisible()
})
