import { approveRequest, getRequest } from '#server/contracts/requests.ts'
import { pushTo } from '../../fixtures/git.ts'
import { approve, ask } from '../../fixtures/stories.ts'
import { expect, test } from '../../fixtures/test.ts'

const quota = { cpu: '2', memory: '4Gi', gpu: 0, storage: '10Gi' }

test('a reviewer finds what waits for them and decides from one page', async ({ asReviewer, asMember, team }) => {
  const id = await ask(asMember, {
    kind: 'namespace.create',
    team,
    environment: 'staging',
    quota,
    reason: 'A rehearsal of the launch',
  })
  await asReviewer.open('/review')
  await asReviewer.page
    .getByRole('link', { name: new RegExp(`Namespace ${team}-staging`) })
    .first()
    .click()
  await expect(asReviewer.page.getByText('A rehearsal of the launch')).toBeVisible()
  await expect(
    asReviewer.page.getByText(`teams/${team}/staging/namespaces/${team}-staging/resourcequota.yaml`).first(),
  ).toBeVisible()
  await asReviewer.request.approve()
  await expect(asMember).toReachState(id, 'done')
})

test('a push after an approval voids it, and only the new commit can be approved', async ({
  asReviewer,
  asMaintainer,
  asMember,
  team,
}) => {
  const id = await ask(asMember, {
    kind: 'namespace.create',
    team,
    environment: 'prod',
    quota,
    reason: 'For our users',
  })
  const before = await asMember.call(getRequest, { id })
  await approve(asMaintainer, id)
  const path = `teams/${team}/prod/namespaces/${team}-prod/resourcequota.yaml`
  const moved = await pushTo(before.pullRequest?.number ?? 0, path, (text) =>
    text.replace('requests.cpu: "2"', 'requests.cpu: "2000"'),
  )

  await asReviewer.request.open(id)
  await expect(asReviewer.request.approveButton).toHaveText(`Approve ${moved.slice(0, 7)}`, { timeout: 30_000 })
  const now = await asMember.call(getRequest, { id })
  expect(now.state).toBe('in_review')
  expect(now.approvals[0]?.voidedAt).not.toBeNull()
  await expect(await asReviewer.send(approveRequest, { id, sha: before.pullRequest?.headSha })).toBeRefused(
    'head_moved',
  )
})
