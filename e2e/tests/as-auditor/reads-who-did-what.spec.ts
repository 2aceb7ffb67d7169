import { getTeam, updateTeam } from '#server/contracts/people.ts'
import { approve, ask } from '../../fixtures/stories.ts'
import { expect, test } from '../../fixtures/test.ts'

test('an auditor reads who did what', async ({ asAuditor, asMember, asReviewer, team }) => {
  const quota = { cpu: '1', memory: '1Gi', gpu: 0, storage: '0Gi' }
  const id = await ask(asMember, {
    kind: 'namespace.create',
    team,
    environment: 'dev',
    quota,
    reason: 'Worth remembering',
  })
  await approve(asReviewer, id)
  await expect(asMember).toReachState(id, 'done')
  await asAuditor.open(`/audit?team=${team}`)
  await expect(asAuditor.page.getByText('Member of ml').first()).toBeVisible()
  await expect(asAuditor.page.getByText('Platform reviewer').first()).toBeVisible()
})

test('the members of a team and their roles', async ({ asMember, team }) => {
  await asMember.open(`/teams/${team}/team`)
  await expect(asMember.page.getByText('Maintainer of ml').first()).toBeVisible()
  await expect(asMember.page.getByText('Viewer of ml').first()).toBeVisible()
})

test('an entry appears while one looks, and is marked', async ({ asAuditor, asAdmin, team }) => {
  const { page } = asAuditor
  const rows = page.getByRole('table', { name: 'Audit entries' }).locator('tbody tr')
  await asAuditor.open(`/audit?team=${team}&action=team.update`)
  await expect(page.getByText('No entry matches')).toBeVisible()
  const { version } = await asAdmin.call(getTeam, { team })
  await asAdmin.call(updateTeam, { team, onCall: '#somebody-else' }, { 'if-match': `"${version}"` })
  await expect(rows).toHaveCount(1)
  await asAdmin.call(updateTeam, { team, onCall: '#yet-another' }, { 'if-match': `"${version + 1}"` })
  await expect(rows).toHaveCount(2)
  await expect(rows.first()).toHaveAttribute('data-changed', 'true')
})
