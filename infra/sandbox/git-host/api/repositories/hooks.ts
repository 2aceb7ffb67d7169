import { z } from 'zod'
import type { Host } from '../../host.ts'
import type { Account, Delivery, Hook, Repository } from '../../store/records.ts'
import { now } from '../../store/store.ts'
import { apiOf } from '../../views/links.ts'
import { type Deliveries, deliveryHeaders } from '../../webhooks/deliveries.ts'
import { notFound, parseBody } from '../problems.ts'
import { type Call, created, noContent, number, ok, paged, repositoryRoute } from '../routes.ts'

const Events = z.array(z.string().min(1)).min(1).max(50)
const Config = z.object({ url: z.url({ protocol: /^https?$/ }), secret: z.string().optional() })
const NewHook = z.object({ config: Config, events: Events.default(['push']), active: z.boolean().default(true) })
const HookChange = z.object({
  config: Config.partial().optional(),
  events: Events.optional(),
  active: z.boolean().optional(),
})

const hookUrl = (host: Host, repository: Repository, hook: Hook) => `${apiOf(host, repository)}/hooks/${hook.id}`

function hookView(host: Host, repository: Repository, hook: Hook) {
  const url = hookUrl(host, repository, hook)
  const last = host.store.deliveries.filter((each) => each.hookId === hook.id && each.result !== null).at(-1)?.result
  return {
    type: 'Repository',
    id: hook.id,
    name: 'web',
    active: hook.active,
    events: hook.events,
    config: {
      content_type: 'json',
      url: hook.url,
      insecure_ssl: '0',
      ...(hook.secret !== null && { secret: '********' }),
    },
    updated_at: hook.updatedAt,
    created_at: hook.createdAt,
    url,
    test_url: `${url}/test`,
    ping_url: `${url}/pings`,
    deliveries_url: `${url}/deliveries`,
    last_response: { code: last?.code ?? null, status: last ? last.status : 'unused', message: null },
  }
}

export function addHook(host: Host, repository: Repository, config: z.infer<typeof NewHook>, sender: Account): Hook {
  const hook = host.store.hooks.add((id) => ({
    id,
    repositoryId: repository.id,
    url: config.config.url,
    secret: config.config.secret ?? null,
    events: config.events,
    active: config.active,
    createdAt: now(),
    updatedAt: now(),
  }))
  ping(host, repository, hook, sender)
  return hook
}

function ping(host: Host, repository: Repository, hook: Hook, sender: Account): void {
  const view = hookView(host, repository, hook)
  const payload = {
    zen: 'Keep it logically awesome.',
    hook_id: hook.id,
    hook: { ...view, last_response: { code: null, status: 'unused', message: null } },
  }
  host.emit(repository, { name: 'ping', sender, payload, hookId: hook.id })
}

const deliveryItem = ({ id, guid, createdAt, redelivery, event, action, repositoryId, result }: Delivery) => ({
  id,
  guid,
  delivered_at: createdAt,
  redelivery,
  duration: result?.seconds ?? 0,
  status: result?.status ?? 'pending',
  status_code: result?.code ?? 0,
  event,
  action,
  installation_id: null,
  repository_id: repositoryId,
  throttled_at: null,
})

const hookAt = ({ host, params }: Call, repository: Repository) => {
  const hook = host.store.hooks.get(number(params.hook))
  if (hook?.repositoryId !== repository.id) throw notFound()
  return hook
}
const deliveryAt = ({ host, params }: Call, hook: Hook) => {
  const delivery = host.store.deliveries.get(number(params.delivery))
  if (delivery?.hookId !== hook.id) throw notFound()
  return delivery
}

export const hookRoutes = (deliveries: Deliveries) => [
  repositoryRoute('GET', '/hooks', 'admin', (call, repository) => {
    const hooks = call.host.store.hooks.filter((hook) => hook.repositoryId === repository.id)
    return paged(call, hooks, (hook) => hookView(call.host, repository, hook))
  }),
  repositoryRoute('POST', '/hooks', 'admin', ({ host, actor, body }, repository) =>
    created(hookView(host, repository, addHook(host, repository, parseBody('Hook', NewHook, body), actor))),
  ),
  repositoryRoute('GET', '/hooks/:hook', 'admin', (call, repository) =>
    ok(hookView(call.host, repository, hookAt(call, repository))),
  ),
  repositoryRoute('PATCH', '/hooks/:hook', 'admin', (call, repository) => {
    const hook = hookAt(call, repository)
    const { config, events, active } = parseBody('Hook', HookChange, call.body)
    const changed = call.host.store.hooks.put({
      ...hook,
      url: config?.url ?? hook.url,
      secret: config?.secret ?? hook.secret,
      events: events ?? hook.events,
      active: active ?? hook.active,
      updatedAt: now(),
    })
    return ok(hookView(call.host, repository, changed))
  }),
  repositoryRoute('DELETE', '/hooks/:hook', 'admin', (call, repository) => {
    call.host.store.hooks.remove(hookAt(call, repository).id)
    return noContent()
  }),
  repositoryRoute('POST', '/hooks/:hook/pings', 'admin', (call, repository) => {
    ping(call.host, repository, hookAt(call, repository), call.actor)
    return noContent()
  }),
  repositoryRoute('GET', '/hooks/:hook/deliveries', 'admin', (call, repository) => {
    const hook = hookAt(call, repository)
    const all = call.host.store.deliveries.filter((delivery) => delivery.hookId === hook.id)
    return paged(call, all.reverse(), deliveryItem)
  }),
  repositoryRoute('GET', '/hooks/:hook/deliveries/:delivery', 'admin', (call, repository) => {
    const hook = hookAt(call, repository)
    const delivery = deliveryAt(call, hook)
    return ok({
      ...deliveryItem(delivery),
      url: hook.url,
      request: { headers: deliveryHeaders(hook, delivery), payload: JSON.parse(delivery.payload) },
      response: { headers: {}, payload: delivery.result?.body ?? '' },
    })
  }),
  repositoryRoute('POST', '/hooks/:hook/deliveries/:delivery/attempts', 'admin', (call, repository) => {
    const hook = hookAt(call, repository)
    deliveries.redeliver(hook, deliveryAt(call, hook))
    return { status: 202, body: {} }
  }),
]
