import { ModelName } from '#server/contracts/names.ts'
import { predict } from '#server/contracts/serving/playground.ts'
import { installation } from '../../fixtures/installation.ts'
import { applied, approve, giveNamespace, sample } from '../../fixtures/stories.ts'
import { expect, test } from '../../fixtures/test.ts'

test('a member ships a model, tries it, changes it and rolls it back', async ({ asMember, asReviewer, team }) => {
  test.setTimeout(180_000 * installation.patience)
  const namespace = await giveNamespace(asMember, asReviewer, team)

  await test.step('registers two versions', async () => {
    await asMember.model.register(team, 'iris')
    await asMember.model.upload(sample('iris', 1))
    await expect(asMember.page.getByText('Version 1 is registered')).toBeVisible()
    await asMember.model.upload(sample('iris', 2))
    await expect(asMember.page.getByText('Version 2 is registered')).toBeVisible()
    await asMember.model.upload(sample('iris', 2))
    await expect(asMember.page.getByText('Version 2 is registered')).toBeVisible()
    await expect(asMember.page.getByText('Version 3 is registered')).toBeHidden()
  })

  await test.step('deploys the first, approved by somebody else', async () => {
    await applied(asMember, asReviewer, {
      kind: 'model.deploy',
      team,
      namespace,
      model: 'iris',
      traffic: [{ version: 1 }],
      reason: 'Serve the first version',
    })
    await asMember.deployment.open(team, namespace, 'iris')
    await expect(asMember.page.getByText('Healthy').first()).toBeVisible()
    await expect(asMember.page.getByText(`/v2/models/${namespace}.iris`).first()).toBeVisible()
  })

  await test.step('tries it in the playground', async () => {
    await asMember.playground.open(team, namespace, 'iris')
    await asMember.playground.predict()
    await expect(asMember.playground.answer).toContainText(/setosa|versicolor|virginica/)
    await expect(asMember.playground.answer).toContainText('%')
    await expect(asMember.page.getByText(/curl/).first()).toBeVisible()
  })

  await test.step('moves to the second', async () => {
    await applied(asMember, asReviewer, {
      kind: 'model.change',
      team,
      namespace,
      model: 'iris',
      traffic: [{ version: 2 }],
      reason: 'The second is better',
    })
    const answer = await asMember.call(predict, {
      team,
      namespace,
      model: ModelName.parse('iris'),
      inputs: [{ name: 'features', datatype: 'FP32', shape: [1, 4], data: [5.1, 3.5, 1.4, 0.2] }],
    })
    expect(answer.version).toBe('2')
  })

  await test.step('rolls back with one click', async () => {
    await asMember.deployment.open(team, namespace, 'iris')
    await asMember.deployment.rollBack('The second answers oddly')
    const { id } = asMember.request
    await expect(asMember).toReachState(id, 'in_review')
    await approve(asReviewer, id)
    await expect(asMember).toReachState(id, 'done')
    await asMember.deployment.open(team, namespace, 'iris')
    await expect(asMember.page.getByRole('table', { name: 'Versions that serve' })).toContainText('v1')
  })
})
