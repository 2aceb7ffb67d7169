import { createHmac, randomUUID } from 'node:crypto'
import type { Host, WebhookEvent } from '../host.ts'
import type { Delivery, Hook, Repository } from '../store/records.ts'
import { now } from '../store/store.ts'
import { accountView } from '../views/account.ts'
import { repositoryView } from '../views/repository.ts'

const keptPerHook = 200
const timeoutMilliseconds = 10_000

type Faults = { takeWebhookFault: () => 'lose' | 'double' | undefined }

/**
 * Sends webhooks in order, as GitHub does. Each is written down before it is sent, so that a kill loses none; one whose
 * answer was not written down yet comes again under the same id.
 */
export function createDeliveries(host: Host, faults: Faults) {
  const lines = new Map<number, Promise<void>>()
  const ending = new AbortController()

  const enqueue = (delivery: Delivery): void => {
    const line = (lines.get(delivery.hookId) ?? Promise.resolve()).then(() => attempt(delivery))
    lines.set(
      delivery.hookId,
      line.catch((error: unknown) => console.error(error)),
    )
  }

  const attempt = async (delivery: Delivery): Promise<void> => {
    const hook = host.store.hooks.get(delivery.hookId)
    if (!hook || ending.signal.aborted) return
    const started = performance.now()
    const outcome = await send(hook, delivery, ending.signal)
    if (ending.signal.aborted) return
    host.store.deliveries.put({ ...delivery, result: { ...outcome, seconds: (performance.now() - started) / 1000 } })
  }

  const record = (hook: Hook, from: Pick<Delivery, 'guid' | 'event' | 'action' | 'payload'>, redelivery: boolean) => {
    const delivery = host.store.deliveries.add((id) => ({
      id,
      hookId: hook.id,
      repositoryId: hook.repositoryId,
      ...from,
      redelivery,
      result: null,
      createdAt: now(),
    }))
    const older = host.store.deliveries.filter((each) => each.hookId === hook.id && each.result !== null)
    for (const { id } of older.slice(0, -keptPerHook)) host.store.deliveries.remove(id)
    return delivery
  }

  return {
    emit(repository: Repository, event: WebhookEvent): void {
      const fault = faults.takeWebhookFault()
      const current = host.store.repositories.get(repository.id) ?? repository
      const hooks = host.store.hooks.filter(
        (hook) =>
          hook.repositoryId === repository.id &&
          (event.hookId === undefined
            ? hook.active && (hook.events.includes('*') || hook.events.includes(event.name))
            : hook.id === event.hookId),
      )
      for (const hook of fault === 'lose' ? [] : hooks) {
        const payload = JSON.stringify({
          ...event.payload,
          repository: repositoryView(host, current),
          sender: accountView(host, event.sender),
        })
        const delivery = record(
          hook,
          { guid: randomUUID(), event: event.name, action: event.action ?? null, payload },
          false,
        )
        enqueue(delivery)
        if (fault === 'double') enqueue(delivery)
      }
    },
    redeliver(hook: Hook, { guid, event, action, payload }: Delivery): void {
      enqueue(record(hook, { guid, event, action, payload }, true))
    },
    /** What was written down but not sent when the process ended. */
    resume(): void {
      for (const delivery of host.store.deliveries.filter(({ result }) => result === null)) enqueue(delivery)
    },
    async close(): Promise<void> {
      ending.abort()
      await Promise.all(lines.values())
    },
  }
}
export type Deliveries = ReturnType<typeof createDeliveries>

export const deliveryHeaders = (hook: Hook, delivery: Delivery): Record<string, string> => ({
  'content-type': 'application/json',
  'user-agent': 'GitHub-Hookshot/sandbox',
  'x-github-delivery': delivery.guid,
  'x-github-event': delivery.event,
  'x-github-hook-id': String(hook.id),
  'x-github-hook-installation-target-id': String(hook.repositoryId),
  'x-github-hook-installation-target-type': 'repository',
  ...(hook.secret !== null && {
    'x-hub-signature-256': `sha256=${createHmac('sha256', hook.secret).update(delivery.payload).digest('hex')}`,
  }),
})

async function send(hook: Hook, delivery: Delivery, ending: AbortSignal) {
  try {
    const response = await fetch(hook.url, {
      method: 'POST',
      headers: deliveryHeaders(hook, delivery),
      body: delivery.payload,
      redirect: 'manual',
      signal: AbortSignal.any([ending, AbortSignal.timeout(timeoutMilliseconds)]),
    })
    const body = (await response.text()).slice(0, 10_000)
    return { code: response.status, status: response.ok ? 'OK' : response.statusText || 'Invalid response', body }
  } catch (error) {
    const timedOut = error instanceof Error && error.name === 'TimeoutError'
    return { code: 0, status: timedOut ? 'timed out' : 'failed to connect to host', body: '' }
  }
}
