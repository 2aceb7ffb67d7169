import { randomBytes } from 'node:crypto'
import { createModel, uploadVersion } from '#server/contracts/models.ts'
import { approveRequest, getRequest, submitRequest } from '#server/contracts/requests.ts'
import { installation } from '../../fixtures/installation.ts'
import { ask, giveNamespace } from '../../fixtures/stories.ts'
import { expect, test } from '../../fixtures/test.ts'

const quota = { cpu: '2', memory: '4Gi', gpu: 0, storage: '10Gi' }

test('a member cannot ask for more than the team has left, and is told where', async ({ asMember, team }) => {
  await asMember.newRequest.openFor(team)
  await asMember.newRequest.fillCpu('21')
  await asMember.newRequest.fillReason('Everything, and then some')
  await expect(asMember.newRequest.verdict).toContainText('Does not fit')
  await expect(asMember.page.getByText('21 CPU asked, 20 CPU left in dev.').first()).toBeVisible()
  await expect(asMember.newRequest.submitButton).toBeDisabled()

  const response = await asMember.send(submitRequest, {
    kind: 'namespace.create',
    team,
    environment: 'dev',
    quota: { ...quota, cpu: '21' },
    reason: 'Around the form',
  })
  await expect(response).toBeRefused('allowance_exceeded')
})

test('a member cannot ask for the quota that a namespace has', async ({ asMember, asReviewer, team }) => {
  const namespace = await giveNamespace(asMember, asReviewer, team)
  const { newRequest } = asMember
  await asMember.open(`/requests/new?kind=namespace.change&team=${team}&namespace=${namespace}`)
  for (const spelling of ['2', '2000m']) {
    await newRequest.fillCpu(spelling)
    await expect(newRequest.verdict).toContainText('This is what it has')
    await expect(newRequest.submitButton).toBeDisabled()
  }
  await newRequest.fillCpu('3')
  await expect(newRequest.verdict).toContainText('Needs approval')
  await expect(newRequest.submitButton).toBeEnabled()

  const reason = 'Around the form'
  const response = await asMember.send(submitRequest, { kind: 'namespace.change', team, namespace, quota, reason })
  await expect(response).toBeRefused('invalid_input')
})

test('a member cannot approve, neither by button nor by the API', async ({ asMember, team }) => {
  const id = await ask(asMember, { kind: 'namespace.create', team, environment: 'dev', quota, reason: 'To try things' })
  await asMember.request.open(id)
  await expect(asMember.request.approveButton).toBeDisabled()
  const { pullRequest } = await asMember.call(getRequest, { id })
  await expect(await asMember.send(approveRequest, { id, sha: pullRequest?.headSha })).toBeRefused('forbidden')
})

test('a file that is no model is refused with the reason, and nothing is registered', async ({ asMember, team }) => {
  await asMember.call(createModel, { team, name: 'wrong' })
  await asMember.model.open(team, 'wrong')
  await asMember.model.upload({ name: 'model.onnx', mimeType: 'application/octet-stream', buffer: randomBytes(4096) })
  await expect(
    asMember.page.getByRole('alert').or(asMember.page.getByText('This file was not sent')).first(),
  ).toBeVisible()
  await expect(asMember.page.getByText('Version 1 is registered')).toBeHidden()

  const address = uploadVersion.path.replace('{team}', team).replace('{model}', 'wrong')
  const response = await asMember.context.request.post(address, {
    headers: { origin: installation.portal, 'content-type': 'application/octet-stream' },
    data: Buffer.from('not a model either'),
  })
  await expect(response).toBeRefused('model_rejected')
})
