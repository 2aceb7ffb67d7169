/** The portal's own webhook: made when it is missing, mended when it could not work, and asked how it fares. */
import type { Octokit } from '@octokit/rest'
import type { Webhook } from '../../ports/git-host.ts'

type At = { owner: string; repo: string }
type Hook = { id: number; active: boolean; events: string[]; config: { url?: string; content_type?: string } }

const events = ['push', 'pull_request', 'pull_request_review']
const latest = 20

const hookTo = async (octokit: Octokit, at: At, url: string): Promise<Hook | undefined> =>
  (await octokit.paginate(octokit.rest.repos.listWebhooks, { ...at, per_page: 100 })).find(
    (hook) => hook.config.url === url,
  )

async function deliveriesOf(octokit: Octokit, at: At, hook: Hook): Promise<Webhook['deliveries']> {
  const { data } = await octokit.rest.repos.listWebhookDeliveries({ ...at, hook_id: hook.id, per_page: latest })
  return data.map((each) => ({
    id: each.guid,
    event: each.event,
    at: each.delivered_at,
    status: each.status_code,
  }))
}

export async function findWebhook(octokit: Octokit, at: At, url: string): Promise<Webhook | undefined> {
  const hook = await hookTo(octokit, at, url)
  return hook && { active: hook.active, deliveries: await deliveriesOf(octokit, at, hook) }
}

export async function ensureWebhook(
  octokit: Octokit,
  at: At,
  { url, secret }: { url: string; secret: string },
): Promise<'present' | 'created' | 'mended'> {
  const config = { url, secret, content_type: 'json', insecure_ssl: '0' }
  const hook = await hookTo(octokit, at, url)
  if (!hook) {
    await octokit.rest.repos.createWebhook({ ...at, name: 'web', config, events, active: true })
    return 'created'
  }
  const tells = hook.events.includes('*') || events.every((event) => hook.events.includes(event))
  // The host never shows the secret; that it is another one shows when the portal refuses what it signs.
  const [newest] = await deliveriesOf(octokit, at, hook)
  if (hook.active && tells && hook.config.content_type === 'json' && newest?.status !== 401) return 'present'
  await octokit.rest.repos.updateWebhook({ ...at, hook_id: hook.id, config, events, active: true })
  return 'mended'
}
