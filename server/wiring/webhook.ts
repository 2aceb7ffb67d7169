/**
 * The portal's own webhook at the Git host: registered by the leading worker, mended when it cannot work, and looked
 * at by the health page. Nothing depends on it; without it the portal sees things a little later.
 */
import { setTimeout as wait } from 'node:timers/promises'
import type { Config } from '../config.ts'
import { PortalError } from '../errors.ts'
import type { Log } from '../logging/log.ts'
import type { GitHost, GitHostFact } from '../ports/git-host.ts'

type Settings = Pick<Config, 'PORTAL_URL' | 'GIT_WEBHOOK_SECRET' | 'GIT_API_URL'>
type Needs = { git: Pick<GitHost, 'ensureWebhook'>; config: Settings; log: Log }

const every = 10 * 60_000

export const webhookUrlOf = ({ PORTAL_URL }: Pick<Config, 'PORTAL_URL'>) => `${PORTAL_URL}/api/webhooks/git`

/** Registers or mends it; says in the log what was done, or why it cannot be. */
export async function registerWebhook({ git, config, log }: Needs): Promise<void> {
  const { GIT_WEBHOOK_SECRET: secret, GIT_API_URL: host } = config
  if (!secret || !host) return
  try {
    const done = await git.ensureWebhook({ url: webhookUrlOf(config), secret })
    if (done !== 'present') log.info({ url: webhookUrlOf(config) }, `the webhook at the Git host was ${done}`)
  } catch (error) {
    log.warn({ err: error }, 'the webhook at the Git host could not be registered; the portal looks by itself')
  }
}

export async function keepWebhook(needs: Needs, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await registerWebhook(needs)
    await wait(every, undefined, { signal }).catch(() => undefined) // ends early when stopping
  }
}

/** What the health page tells of it. */
export async function webhookFacts(git: Pick<GitHost, 'findWebhook'>, config: Settings): Promise<GitHostFact[]> {
  const fact = (value: string, ok: boolean | null) => [{ label: 'Webhook', value, ok }]
  if (!config.GIT_WEBHOOK_SECRET) return fact('Not set up: the portal looks by itself', null)
  try {
    const webhook = await git.findWebhook(webhookUrlOf(config))
    if (!webhook) return fact('Not registered there', false)
    if (!webhook.active) return fact('Switched off there', false)
    const [latest, before] = webhook.deliveries
    if (!latest) return fact('Registered, nothing delivered yet', true)
    // The host greets a new webhook at once, when the portal may still be starting.
    if (latest.status === 0 && !before) return fact('Registered; the host’s first delivery did not arrive', null)
    const taken = latest.status >= 200 && latest.status < 300
    return fact(taken ? `Last delivery taken, ${latest.at}` : `Last delivery failed with ${latest.status}`, taken)
  } catch (error) {
    if (!(error instanceof PortalError)) throw error
    return fact('Our account there may not see it', null)
  }
}
