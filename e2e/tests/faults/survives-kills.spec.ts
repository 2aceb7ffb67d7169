/** Every part is killed while a request is on its way; the story goes on, nothing is lost and nothing is done twice. */
import { getRequest, submitRequest } from '#server/contracts/requests.ts'
import { killPart } from '../../fixtures/parts.ts'
import { approve, registerSample } from '../../fixtures/stories.ts'
import { expect, test } from '../../fixtures/test.ts'
import { infer } from '../../fixtures/traffic.ts'

test('a request goes on after kill -9 of every part it needs', async ({ asMember, asReviewer, team }) => {
  test.setTimeout(240_000)
  const quota = { cpu: '2', memory: '4Gi', gpu: 0, storage: '10Gi' }
  const { id } = await asMember.call(submitRequest, {
    kind: 'namespace.create',
    team,
    environment: 'dev',
    quota,
    reason: 'Through thick and thin',
  })
  await Promise.all([killPart('worker'), killPart('git')])
  await expect(asMember).toReachState(id, 'in_review')

  await killPart('web')
  const status = () =>
    asReviewer.send(getRequest, { id }).then(
      (response) => response.status(),
      () => 0,
    )
  await expect.poll(status, { timeout: 30_000 }).toBe(200)
  await approve(asReviewer, id)
  await Promise.all([killPart('worker'), killPart('cluster'), killPart('gitops'), killPart('controllers')])
  await expect(asMember).toReachState(id, 'done')

  const { timeline } = await asMember.call(getRequest, { id })
  for (const once of ['submitted', 'opened', 'approve', 'merged', 'applied']) {
    expect(
      timeline.filter((entry) => entry.type === once),
      once,
    ).toHaveLength(1)
  }
})

test('a model answers again after kill -9 of the runtime and its agent', async ({ asMember, asReviewer, team }) => {
  test.setTimeout(240_000)
  const quota = { cpu: '2', memory: '4Gi', gpu: 0, storage: '10Gi' }
  const namespace = await asMember.call(submitRequest, {
    kind: 'namespace.create',
    team,
    environment: 'dev',
    quota,
    reason: 'A place for models',
  })
  await expect(asMember).toReachState(namespace.id, 'in_review')
  await approve(asReviewer, namespace.id)
  await expect(asMember).toReachState(namespace.id, 'done')
  const model = await registerSample(asMember, team, 'iris')
  const deploy = await asMember.call(submitRequest, {
    kind: 'model.deploy',
    team,
    namespace: namespace.target.namespace,
    model,
    traffic: [{ version: 1 }],
    reason: 'Serve it',
  })
  await expect(asMember).toReachState(deploy.id, 'in_review')
  await approve(asReviewer, deploy.id)
  await Promise.all([killPart('runtime'), killPart('agent')])
  await expect(asMember).toReachState(deploy.id, 'done')

  await killPart('runtime')
  const served = `${namespace.target.namespace}.${model}`
  await expect.poll(() => infer(served).catch(() => 0), { timeout: 60_000 }).toBe(200)
})
