import { verify } from '@octokit/webhooks-methods'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { problemInWebhook } from '../testing/github-schema.ts'
import { commitFiles, openPull, patiently, repo, startTestHost, type TestHost } from '../testing/host.ts'
import { type Receiver, startReceiver } from '../testing/receiver.ts'

const secret = 'a-webhook-secret'
let host: TestHost
let receiver: Receiver
let status = 200

beforeEach(async () => {
  status = 200
  receiver = await startReceiver(() => status)
  host = await startTestHost({ webhook: { url: receiver.url, secret } })
  // The ping of a new hook, and the push of the first commit.
  await receiver.next(2)
  receiver.received.length = 0
})
afterEach(async () => {
  await host.close()
  await receiver.close()
})

const names = () =>
  receiver.received.map(({ event, payload }) => (payload.action ? `${event}.${payload.action}` : event))

describe('webhooks', () => {
  it('tell the whole story of a pull request, signed and as GitHub describes them', async () => {
    const reviewer = await host.person('reviewer')
    const pull = await openPull(host.admin, 'change')
    await reviewer.client.pulls.createReview({ ...repo, pull_number: 1, event: 'APPROVE' })
    const context = 'modelyard/policy'
    await host.admin.repos.createCommitStatus({ ...repo, sha: pull.head.sha, state: 'success', context })
    await commitFiles(host.admin, 'change', { 'more.yaml': 'b: 1\n' }, 'change')
    await host.admin.pulls.update({ ...repo, pull_number: 1, title: 'A better title' })
    await host.admin.pulls.update({ ...repo, pull_number: 1, state: 'closed' })
    await host.admin.pulls.update({ ...repo, pull_number: 1, state: 'open' })
    await host.admin.pulls.merge({ ...repo, pull_number: 1 })
    await host.admin.git.deleteRef({ ...repo, ref: 'heads/change' })
    await receiver.next(12)
    expect(names()).toEqual([
      'push',
      'pull_request.opened',
      'pull_request_review.submitted',
      'status',
      'push',
      'pull_request.synchronize',
      'pull_request.edited',
      'pull_request.closed',
      'pull_request.reopened',
      'pull_request.closed',
      'push',
      'push',
    ])
    for (const { event, payload, body, signature } of receiver.received) {
      expect(problemInWebhook(event, payload)).toBeUndefined()
      expect(await verify(secret, body, signature)).toBe(true)
    }
    expect(receiver.received.at(-2)?.payload).toMatchObject({
      ref: 'refs/heads/main',
      pusher: { name: 'modelyard-bot' },
    })
    expect(receiver.received.at(-1)?.payload).toMatchObject({ ref: 'refs/heads/change', deleted: true })
  })

  it('ping a new hook and speak of it as GitHub does', async () => {
    const { data: hook } = await host.admin.repos.createWebhook({ ...repo, config: { url: receiver.url, secret: 's' } })
    await receiver.next(1)
    expect(problemInWebhook('ping', receiver.received[0]?.payload)).toBeUndefined()
    await host.admin.repos.updateWebhook({ ...repo, hook_id: hook.id, active: false, events: ['status'] })
    await host.admin.repos.pingWebhook({ ...repo, hook_id: hook.id })
    await receiver.next(2)
    await host.admin.repos.deleteWebhook({ ...repo, hook_id: hook.id })
    expect((await host.admin.repos.listWebhooks({ ...repo })).data).toHaveLength(1)
  })

  it('are kept with their answer and can be sent again under the same id', async () => {
    status = 500
    await commitFiles(host.admin, 'change', { 'a.yaml': 'a\n' })
    await receiver.next(1)
    status = 200
    const hook_id = (await host.admin.repos.listWebhooks({ ...repo })).data[0]?.id ?? 0
    const latest = async () => (await host.admin.repos.listWebhookDeliveries({ ...repo, hook_id })).data[0]
    await expect.poll(async () => (await latest())?.status_code, patiently).toBe(500)
    const delivery_id = (await latest())?.id ?? 0
    const { data } = await host.admin.repos.getWebhookDelivery({ ...repo, hook_id, delivery_id })
    expect(data.request.payload).toMatchObject({ ref: 'refs/heads/change' })
    await host.admin.repos.redeliverWebhookDelivery({ ...repo, hook_id, delivery_id })
    await receiver.next(2)
    expect(receiver.received[1]?.id).toBe(receiver.received[0]?.id)
    await expect.poll(latest, patiently).toMatchObject({ redelivery: true, status_code: 200 })
  })

  it('are lost or doubled when a test asks for it', async () => {
    await host.faults([{ kind: 'lose-webhooks', times: 1 }])
    await commitFiles(host.admin, 'lost', { 'a.yaml': 'a\n' })
    await host.faults([{ kind: 'double-webhooks', times: 1 }])
    await commitFiles(host.admin, 'doubled', { 'a.yaml': 'a\n' })
    await receiver.next(2)
    expect(receiver.received.map(({ payload }) => payload.ref)).toEqual(['refs/heads/doubled', 'refs/heads/doubled'])
    expect(new Set(receiver.received.map(({ id }) => id)).size).toBe(1)
  })

  it('stay reachable for administrators only', async () => {
    const writer = await host.person('writer')
    await expect(writer.client.repos.listWebhooks({ ...repo })).rejects.toMatchObject({ status: 403 })
  })
})
