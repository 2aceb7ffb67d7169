import { createTeamToken, listTeamTokens } from '#server/contracts/tokens.ts'
import { expect, test } from '../../fixtures/test.ts'

test('all tokens of a team are revoked by typing its name', async ({ asMaintainer, team }) => {
  const { page } = asMaintainer
  for (const name of ['nightly', 'hourly']) {
    await asMaintainer.call(createTeamToken, { team, name, scopes: ['read'] })
  }
  await asMaintainer.open(`/teams/${team}/team`)
  await page.getByRole('button', { name: 'Revoke all' }).click()
  const dialog = page.getByRole('dialog')
  const confirm = dialog.getByRole('button', { name: `Revoke all tokens of ${team}` })
  await expect(confirm).toBeDisabled()
  await dialog.getByLabel(`Type ${team} to confirm`).fill(team)
  await confirm.click()
  await expect(page.getByText('All tokens of the team are revoked')).toBeVisible()
  const { items } = await asMaintainer.call(listTeamTokens, { team })
  expect(items.map((token) => token.state)).toEqual(['revoked', 'revoked'])
})
