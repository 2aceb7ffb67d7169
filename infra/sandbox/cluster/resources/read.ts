import type { Call } from '../call.ts'
import { badRequest, expired, notFound, StatusError } from '../http/status.ts'
import type { KubeObject } from '../json.ts'
import { keyOf, type Served } from '../kinds/catalogue.ts'
import type { Store } from '../storage/store.ts'
import { selection } from './selectors.ts'
import { present } from './view.ts'

export function getStored(call: Pick<Call, 'cluster' | 'kind' | 'info'>, name = call.info.name): KubeObject {
  const { cluster, kind, info } = call
  const found = cluster.store.get(kind.storage, keyOf(kind, info.namespace, name))
  if (!found) throw notFound(kind, name)
  return found
}

export const scopeOf = ({ kind, info }: Pick<Call, 'kind' | 'info'>): string =>
  kind.namespaced && info.namespace ? `${info.namespace}/` : ''

type Position = { revision: number; after: string }

const toToken = (position: Position) => Buffer.from(JSON.stringify(position)).toString('base64url')

function fromToken(token: string): Position {
  try {
    const position = JSON.parse(Buffer.from(token, 'base64url').toString())
    if (typeof position.revision === 'number' && typeof position.after === 'string') return position
  } catch {
    // Falls through: whatever it was, it is no token of this server.
  }
  throw badRequest('continue key is not valid: it is not a token of this server')
}

export type Page = {
  items: KubeObject[]
  metadata: { resourceVersion: string; continue?: string; remainingItemCount?: number }
}

/** One page of a list. Later pages show the cluster as it was at the first one, for as long as history reaches back. */
export function listPage(call: Call): Page {
  const { cluster, kind, query } = call
  const { store } = cluster
  const limit = Number(query.get('limit') ?? 0)
  const token = query.get('continue')
  const exact = query.get('resourceVersionMatch') === 'Exact'
  const asked = Number(query.get('resourceVersion') || 0)
  if (asked > store.revision) throw tooNew(asked, store.revision)
  const from: Position = token ? fromToken(token) : { revision: exact ? asked : store.revision, after: '' }

  const { test, isAll } = selection(query, kind)
  const all = objectsAt(store, kind, scopeOf(call), from.revision)
  const items: KubeObject[] = []
  let last = ''
  let seen = 0
  for (const [key, object] of all) {
    seen++
    if (key <= from.after) continue
    const shown = present(object, kind)
    if (!test(shown)) continue
    items.push(shown)
    last = key
    if (limit > 0 && items.length === limit) break
  }
  const remaining = all.length - seen
  const metadata = { resourceVersion: String(from.revision) }
  if (remaining === 0) return { items, metadata }
  const next = { ...metadata, continue: toToken({ revision: from.revision, after: last }) }
  return { items, metadata: isAll ? { ...next, remainingItemCount: remaining } : next }
}

function objectsAt(store: Store, kind: Served, scope: string, revision: number): [string, KubeObject][] {
  const current = store.keys(kind.storage, scope).flatMap((key): [string, KubeObject][] => {
    const object = store.get(kind.storage, key)
    return object ? [[key, object]] : []
  })
  if (revision === store.revision) return current
  const changes = store.since(kind.storage, revision)
  if (!changes) {
    throw expired(
      'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.',
    )
  }
  const then = new Map(current)
  for (const { key, previous } of changes.reverse()) {
    if (!key.startsWith(scope)) continue
    if (previous) then.set(key, previous)
    else then.delete(key)
  }
  return [...then].sort(([a], [b]) => (a < b ? -1 : 1))
}

export const tooNew = (asked: number, current: number) =>
  new StatusError(504, 'Timeout', `Timeout: Too large resource version: ${asked}, current: ${current}`, {
    causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
    retryAfterSeconds: 1,
  })
