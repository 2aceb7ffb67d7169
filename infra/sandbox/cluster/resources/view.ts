// How a stored object looks to the version that asks for it. Custom resources convert by name only (strategy None);
// events.k8s.io and the core group show the same events under different field names.
import { type JsonObject, type KubeObject, object } from '../json.ts'
import { apiVersionOf, type Served } from '../kinds/catalogue.ts'

const views = new WeakMap<KubeObject, Map<string, KubeObject>>()

export function present(stored: KubeObject, kind: Served): KubeObject {
  const apiVersion = apiVersionOf(kind)
  if (stored.apiVersion === apiVersion) return stored
  const known = views.get(stored) ?? new Map<string, KubeObject>()
  views.set(stored, known)
  const made = known.get(apiVersion) ?? {
    ...(kind.group === 'events.k8s.io' ? toNewEvent(stored) : stored),
    apiVersion,
    kind: kind.kind,
  }
  known.set(apiVersion, made)
  return made
}

/** The reverse, for what a client sends. */
export const toStored = (value: KubeObject, kind: Served): KubeObject =>
  kind.group === 'events.k8s.io'
    ? { ...toCoreEvent(value), apiVersion: 'v1', kind: 'Event', metadata: value.metadata }
    : value

const renamed: [core: string, fresh: string][] = [
  ['involvedObject', 'regarding'],
  ['message', 'note'],
  ['source', 'deprecatedSource'],
  ['firstTimestamp', 'deprecatedFirstTimestamp'],
  ['lastTimestamp', 'deprecatedLastTimestamp'],
  ['count', 'deprecatedCount'],
  ['reportingComponent', 'reportingController'],
]

const rename = (value: JsonObject, names: Map<string, string>): JsonObject =>
  Object.fromEntries(Object.entries(value).map(([key, child]) => [names.get(key) ?? key, child]))

const toNewEvent = (value: KubeObject): KubeObject => ({
  ...rename(value, new Map(renamed)),
  apiVersion: value.apiVersion,
  kind: value.kind,
  metadata: object(value.metadata),
})
const toCoreEvent = (value: KubeObject): JsonObject =>
  rename(value, new Map(renamed.map(([core, fresh]) => [fresh, core])))
