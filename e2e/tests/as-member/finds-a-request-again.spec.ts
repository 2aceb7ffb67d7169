import { getRequest } from '#server/contracts/requests.ts'
import { ask } from '../../fixtures/stories.ts'
import { expect, test } from '../../fixtures/test.ts'

const quota = { cpu: '2', memory: '4Gi', gpu: 0, storage: '10Gi' }

test('the page of a request carries its own team, and a title that says what is asked', async ({ asMember, team }) => {
  const id = await ask(asMember, { kind: 'namespace.create', team, environment: 'dev', quota, reason: 'To try things' })
  const { number } = await asMember.call(getRequest, { id })
  await asMember.open('/teams/ml')
  await expect(asMember.page.getByRole('button', { name: /^ml .*switch team$/ })).toBeVisible()

  await asMember.request.open(id)
  await expect(asMember.page.getByRole('button', { name: new RegExp(`^${team} .*switch team$`) })).toBeVisible()
  await expect(asMember.page).toHaveTitle(`Namespace ${team}-dev · #${number} · Modelyard`)
  const requests = asMember.page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: /^Requests/ })
  await expect(requests).toHaveAttribute('href', `/teams/${team}/requests`)
})
