import type { Call } from '../call.ts'
import { type Shape, shaped, tableFor } from '../http/shape.ts'
import { expired, StatusError } from '../http/status.ts'
import { type KubeObject, render } from '../json.ts'
import { apiVersionOf } from '../kinds/catalogue.ts'
import type { Change } from '../storage/store.ts'
import { scopeOf, tooNew } from './read.ts'
import { selection } from './selectors.ts'
import { present } from './view.ts'

const longest = 30 * 60 * 1000
const slowClientBytes = 16 * 1024 * 1024

/** Streams changes until the client goes, the asked time is over, or the client reads too slowly to be kept. */
export function watch(call: Call, shape: Shape, isStalled: () => boolean): void {
  const { cluster, kind, query, response } = call
  const { store } = cluster
  const scope = scopeOf(call)
  const { test } = selection(query, kind)
  const table = shape === 'table' ? tableFor(kind) : undefined

  response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-cache, private' })
  response.flushHeaders()
  const write = (type: string, object: KubeObject) => {
    if (isStalled()) return
    const json = table ? JSON.stringify(table([object])) : render(shaped(object, shape))
    response.write(`{"type":"${type}","object":${json}}\n`)
    if (response.writableLength > slowClientBytes) response.destroy()
  }
  const fail = (error: StatusError) => response.end(`${JSON.stringify({ type: 'ERROR', object: error.status })}\n`)

  const tell = (change: Change) => {
    if (!change.key.startsWith(scope)) return
    const object = present(change.object, kind)
    const before = change.previous && present(change.previous, kind)
    const was = before !== undefined && test(before)
    const is = change.type !== 'DELETED' && test(object)
    if (is) write(was ? 'MODIFIED' : 'ADDED', object)
    else if (was) write('DELETED', change.type === 'DELETED' ? object : atRevision(before ?? object, change.revision))
  }
  const bookmark = (atStart = false) => {
    const annotations = atStart ? { annotations: { 'k8s.io/initial-events-end': 'true' } } : {}
    const metadata = { resourceVersion: String(store.revision), ...annotations }
    if (!isStalled()) {
      response.write(
        `${JSON.stringify({ type: 'BOOKMARK', object: { kind: kind.kind, apiVersion: apiVersionOf(kind), metadata } })}\n`,
      )
    }
  }

  const version = query.get('resourceVersion') ?? ''
  const wantsInitial = query.get('sendInitialEvents') === 'true'
  if (version === '' || version === '0' || wantsInitial) {
    for (const object of store.list(kind.storage, scope)) {
      const shown = present(object, kind)
      if (test(shown)) write('ADDED', shown)
    }
    if (wantsInitial) bookmark(true)
  } else {
    const from = Number(version)
    if (!Number.isInteger(from) || from < 0) {
      fail(
        new StatusError(
          400,
          'BadRequest',
          `Invalid value: ${JSON.stringify(version)}: strconv.ParseUint: invalid syntax`,
        ),
      )
      return
    }
    if (from > store.revision) return void fail(tooNew(from, store.revision))
    const missed = store.since(kind.storage, from)
    if (!missed) return void fail(expired(`too old resource version: ${from} (${store.oldest})`))
    for (const change of missed) tell(change)
  }

  const unsubscribe = store.subscribe(kind.storage, tell)
  const bookmarks =
    query.get('allowWatchBookmarks') === 'true' ? setInterval(bookmark, cluster.bookmarkMilliseconds) : undefined
  const seconds = Number(query.get('timeoutSeconds') ?? 0)
  const end = setTimeout(
    () => {
      if (bookmarks) bookmark()
      response.end()
    },
    seconds > 0 ? Math.min(seconds * 1000, longest) : longest,
  )
  response.once('close', () => {
    unsubscribe()
    clearInterval(bookmarks)
    clearTimeout(end)
  })
}

const atRevision = (object: KubeObject, revision: number): KubeObject => ({
  ...object,
  metadata: { ...object.metadata, resourceVersion: String(revision) },
})
