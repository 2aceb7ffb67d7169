import { getDeployment } from '#server/contracts/deployments.ts'
import { listModels } from '#server/contracts/models.ts'
import { getTeam } from '#server/contracts/people.ts'
import { getRequest, submitRequest } from '#server/contracts/requests.ts'
import { listAlerts } from '#server/contracts/serving/observability.ts'
import { ask } from '../../fixtures/stories.ts'
import { expect, test } from '../../fixtures/test.ts'

const quota = { cpu: '2', memory: '4Gi', gpu: 0, storage: '10Gi' }

test('a member of another team does not even learn that it exists', async ({ asStranger, asMember, team }) => {
  const id = await ask(asMember, { kind: 'namespace.create', team, environment: 'dev', quota, reason: 'To try things' })
  for (const path of [`/teams/${team}`, `/teams/${team}/models`, `/teams/${team}/alerts`, `/requests/${id}`]) {
    await asStranger.open(path)
    await expect(asStranger.page.getByRole('heading', { level: 1 }), path).toContainText(
      /does not exist|could not be found/i,
    )
    await expect(asStranger.page.getByText('To try things')).toBeHidden()
  }
  await expect(await asStranger.send(getRequest, { id })).toBeRefused('not_found')
  await expect(await asStranger.send(getTeam, { team })).toBeRefused('not_found')
  await expect(await asStranger.send(listModels, { team })).toBeRefused('not_found')
  await expect(await asStranger.send(listAlerts, { team })).toBeRefused('not_found')
  await expect(await asStranger.send(getDeployment, { team, namespace: `${team}-dev`, model: 'iris' })).toBeRefused(
    'not_found',
  )
  const draft = {
    kind: 'namespace.create',
    team,
    environment: 'dev',
    purpose: 'mine',
    quota,
    reason: 'Somebody else’s room',
  }
  await expect(await asStranger.send(submitRequest, draft)).toBeRefused('not_found')
})
