import { approveRequest, getRequest, rejectRequest } from '#server/contracts/requests.ts'
import { approve, ask } from '../../fixtures/stories.ts'
import { expect, test } from '../../fixtures/test.ts'

const quota = { cpu: '2', memory: '4Gi', gpu: 0, storage: '10Gi' }

test('a maintainer who asked cannot decide, and the page says who can', async ({ asMaintainer, team }) => {
  const id = await ask(asMaintainer, {
    kind: 'namespace.create',
    team,
    environment: 'dev',
    quota,
    reason: 'For the team',
  })
  await asMaintainer.request.open(id)
  await expect(asMaintainer.request.approveButton).toBeDisabled()
  await expect(asMaintainer.request.approveButton).toHaveAccessibleDescription(/somebody else has to decide/)
  const { pullRequest } = await asMaintainer.call(getRequest, { id })
  const sha = pullRequest?.headSha
  await expect(await asMaintainer.send(approveRequest, { id, sha })).toBeRefused('self_approval')
  await expect(await asMaintainer.send(rejectRequest, { id, comment: 'On second thought' })).toBeRefused(
    'self_approval',
  )
})

test('a maintainer approves what a member asks for in dev, but prod takes the platform too', async ({
  asMaintainer,
  asMember,
  team,
}) => {
  const dev = await ask(asMember, { kind: 'namespace.create', team, environment: 'dev', quota, reason: 'For the team' })
  await approve(asMaintainer, dev)
  await expect(asMember).toReachState(dev, 'done')

  const prod = await ask(asMember, {
    kind: 'namespace.create',
    team,
    environment: 'prod',
    quota,
    reason: 'For our users',
  })
  await approve(asMaintainer, prod)
  await asMaintainer.request.open(prod)
  await expect(asMaintainer.page.getByText('Waiting for 1 of 2 approvals').first()).toBeVisible()
})
