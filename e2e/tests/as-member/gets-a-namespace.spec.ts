import { expect, test } from '../../fixtures/test.ts'

test('a member gets a namespace once somebody else has approved it', async ({ asMember, asReviewer, team }) => {
  await asMember.newRequest.openFor(team)
  await asMember.newRequest.choosePreset('App')
  await asMember.newRequest.fillReason('Room for the services around our models')
  await expect(asMember.newRequest.verdict).toContainText('Needs approval')
  await expect(asMember.newRequest.verdict).toContainText('a month')
  await asMember.newRequest.submit()
  const { id } = asMember.request
  await expect(asMember).toReachState(id, 'in_review')

  await asReviewer.request.open(id)
  await expect(asReviewer.page.getByText('Room for the services around our models')).toBeVisible()
  await asReviewer.request.approve()

  await expect(asMember).toReachState(id, 'done')
  await asMember.request.toBeInState('Done')
  await asMember.open(`/teams/${team}/namespaces/${team}-dev`)
  await expect(asMember.page.getByRole('heading', { level: 1 })).toContainText(`${team}-dev`)
})
