/**
 * List, then follow. Ours instead of the client's informer, which can stop without a word: this one notices silence,
 * relists when its history is gone, and never gives up until it is told to. Objects are projected as they are parsed,
 * so that only what is needed of each is ever held.
 */
import { createInterface } from 'node:readline'
import { setTimeout as wait } from 'node:timers/promises'
import { z } from 'zod'
import type { KindRef, KubernetesObject, Selection, WatchEvent, WatchSign } from '../../ports/cluster.ts'
import { parseObject } from './wire/objects.ts'
import { pathOf } from './wire/paths.ts'
import { safeJson, type Transport } from './wire/transport.ts'

export type Pace = {
  pageSize?: number
  /** The server ends a watch after this; the next one goes on from where it was. */
  watchSeconds?: number
  /** Bookmarks come about once a minute; longer silence means that the stream is dead. */
  silenceMilliseconds?: number
}
const usualPace = { pageSize: 500, watchSeconds: 240, silenceMilliseconds: 90_000 }

const List = z.object({
  metadata: z.object({ resourceVersion: z.string().default(''), continue: z.string().optional() }),
  items: z.array(z.unknown()).nullable(),
})
const Event = z.object({ type: z.enum(['ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK', 'ERROR']), object: z.unknown() })
const ErrorStatus = z.object({ code: z.number().default(0), message: z.string().default('') })

/** The history we follow is gone; only a new list helps. */
class HistoryGone extends Error {}

const shortest = 400
/** So that all watchers of a restarted server do not list at once. */
const spread = (milliseconds: number) => milliseconds * (0.5 + Math.random())

const selectors = (selection: Selection) => ({
  labelSelector: selection.labelSelector,
  fieldSelector: selection.fieldSelector,
})

/** All objects of a selection, projected page by page. */
export async function listAll<Item>(
  transport: Transport,
  kind: KindRef,
  selection: Selection,
  project: (object: KubernetesObject) => Item,
  { pageSize = usualPace.pageSize }: Pace = {},
): Promise<{ items: Item[]; resourceVersion: string }> {
  const items: Item[] = []
  let next: string | undefined
  for (;;) {
    const answer = await transport.json({
      method: 'GET',
      path: pathOf(kind, selection.namespace),
      query: { ...selectors(selection), limit: String(pageSize), continue: next },
      timeoutMilliseconds: 30_000,
    })
    // A kind that the cluster does not know (yet) has no objects.
    if (answer === undefined) return { items: [], resourceVersion: '' }
    const list = List.parse(answer)
    for (const item of list.items ?? []) items.push(project(parseObject(item, kind)))
    next = list.metadata.continue || undefined
    if (next === undefined) return { items, resourceVersion: list.metadata.resourceVersion }
  }
}

export type WatchOptions<Item> = Selection & {
  project: (object: KubernetesObject) => Item
  onEvent: (event: WatchEvent<Item>) => void
  onSign?: (sign: WatchSign) => void
  signal: AbortSignal
}

export async function follow<Item>(
  transport: Transport,
  kind: KindRef,
  options: WatchOptions<Item>,
  pace: Pace = {},
): Promise<void> {
  let failures = 0
  while (!options.signal.aborted) {
    try {
      const { items, resourceVersion } = await listAll(transport, kind, options, options.project, pace)
      options.onSign?.('listed')
      options.onEvent({ type: 'synced', items })
      if (resourceVersion === '') {
        await pause(5_000, options.signal)
        continue
      }
      failures = 0
      let version = resourceVersion
      while (!options.signal.aborted) {
        const began = Date.now()
        version = await followOnce(transport, kind, options, version, pace)
        // A proxy that ends every watch at once must not be asked without a pause.
        if (Date.now() - began < shortest) await pause(spread(shortest), options.signal)
      }
    } catch (error) {
      if (options.signal.aborted) return
      if (!(error instanceof HistoryGone)) {
        failures += 1
        options.onEvent({ type: 'problem', message: error instanceof Error ? error.message : 'The watch failed.' })
      }
      await pause(spread(Math.min(30_000, 250 * 2 ** Math.min(failures, 7))), options.signal)
    }
  }
}

async function followOnce<Item>(
  transport: Transport,
  kind: KindRef,
  options: WatchOptions<Item>,
  from: string,
  pace: Pace,
): Promise<string> {
  const { watchSeconds, silenceMilliseconds: silence } = { ...usualPace, ...pace }
  const stop = new AbortController()
  const signal = AbortSignal.any([options.signal, stop.signal])
  const { status, stream } = await transport.open({
    method: 'GET',
    path: pathOf(kind, options.namespace),
    query: {
      ...selectors(options),
      watch: 'true',
      resourceVersion: from,
      allowWatchBookmarks: 'true',
      timeoutSeconds: String(watchSeconds),
    },
    signal,
  })
  if (status === 410) {
    stream.destroy()
    throw new HistoryGone()
  }
  if (status !== 200) {
    let refusal = ''
    for await (const chunk of stream) refusal += String(chunk)
    throw transport.refused(status, refusal)
  }
  let version = from
  let heard = Date.now()
  const watchdog = setInterval(
    () => {
      if (Date.now() - heard <= silence) return
      options.onSign?.('stalled')
      stream.destroy(new Error(`The watch of ${kind.plural} fell silent.`))
    },
    Math.min(silence / 4, 5_000),
  )
  try {
    for await (const line of createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY })) {
      heard = Date.now()
      if (line === '') continue
      version = take(line, kind, options) ?? version
    }
    return version
  } finally {
    clearInterval(watchdog)
    stop.abort()
  }
}

/** Handles one line of the stream; the resource version to go on from, if it tells one. */
function take<Item>(line: string, kind: KindRef, options: WatchOptions<Item>): string | undefined {
  const event = Event.parse(safeJson(line))
  if (event.type === 'ERROR') {
    const status = ErrorStatus.parse(event.object)
    if (status.code === 410) throw new HistoryGone()
    throw new Error(status.message)
  }
  const object = parseObject(event.object, kind)
  options.onSign?.(event.type === 'BOOKMARK' ? 'bookmark' : 'event')
  if (event.type !== 'BOOKMARK') {
    options.onEvent({ type: event.type === 'DELETED' ? 'deleted' : 'changed', item: options.project(object) })
  }
  return object.metadata.resourceVersion
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  try {
    await wait(milliseconds, undefined, { signal })
  } catch (error) {
    if (!signal.aborted) throw error
  }
}
