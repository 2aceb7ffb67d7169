import { describe, expect, it } from 'vitest'
import { createLog } from '../logging/log.ts'
import type { Webhook } from '../ports/git-host.ts'
import { createFakeGitHost } from '../testing/git-host/fake-git-host.ts'
import { registerWebhook, webhookFacts, webhookUrlOf } from './webhook.ts'

const config = {
  PORTAL_URL: 'https://portal.example',
  GIT_API_URL: 'https://git.example/api/v3',
  GIT_WEBHOOK_SECRET: 'known to both',
}
const log = createLog({ level: 'silent' })
const fact = (value: string, ok: boolean | null) => [{ label: 'Webhook', value, ok }]
const told = (webhook: Webhook | undefined) => webhookFacts({ findWebhook: async () => webhook }, config)

describe('the webhook at the Git host', () => {
  it('is registered once, at the portal’s own address', async () => {
    const git = createFakeGitHost()
    expect(await webhookFacts(git, config)).toEqual(fact('Not registered there', false))
    await registerWebhook({ git, config, log })
    await registerWebhook({ git, config, log })
    expect(webhookUrlOf(config)).toBe('https://portal.example/api/webhooks/git')
    expect(await git.findWebhook(webhookUrlOf(config))).toMatchObject({ active: true })
    expect(await webhookFacts(git, config)).toEqual(fact('Registered, nothing delivered yet', true))
  })

  it('is left alone where no secret is set, and nothing stops when the host is away', async () => {
    const git = createFakeGitHost()
    const without = { ...config, GIT_WEBHOOK_SECRET: undefined }
    await registerWebhook({ git, config: without, log })
    expect(await git.findWebhook(webhookUrlOf(config))).toBeUndefined()
    expect(await webhookFacts(git, without)).toEqual(fact('Not set up: the portal looks by itself', null))
    git.down(true)
    await expect(registerWebhook({ git, config, log })).resolves.toBeUndefined()
    expect(await webhookFacts(git, config)).toEqual(fact('Our account there may not see it', null))
  })

  it('is told by its latest delivery', async () => {
    const delivery = (status: number) => ({ id: '1', event: 'push', at: '2026-01-01T12:00:00Z', status })
    expect(await told({ active: false, deliveries: [] })).toEqual(fact('Switched off there', false))
    expect(await told({ active: true, deliveries: [delivery(202), delivery(500)] })).toEqual(
      fact('Last delivery taken, 2026-01-01T12:00:00Z', true),
    )
    expect(await told({ active: true, deliveries: [delivery(401), delivery(202)] })).toEqual(
      fact('Last delivery failed with 401', false),
    )
    expect(await told({ active: true, deliveries: [delivery(0)] })).toEqual(
      fact('Registered; the host’s first delivery did not arrive', null),
    )
    expect(await told({ active: true, deliveries: [delivery(0), delivery(0)] })).toEqual(
      fact('Last delivery failed with 0', false),
    )
  })
})
