import { at, isObject, type JsonObject, type KubeObject, objects, text, texts } from '../json.ts'
import { definitions, objectMeta, resolve, Schema } from '../schema/schema.ts'
import type { Store } from '../storage/store.ts'
import { builtInKinds, type Kind } from './built-in.ts'

export type CustomColumn = {
  name: string
  type: string
  format: string
  description: string
  priority: number
  jsonPath: string
}

export type Served = Kind & {
  schema: Schema
  /** Where its objects lie in the store: all versions of a kind share one place. */
  storage: string
  columns: CustomColumn[]
  scalePaths?: { spec: string; status: string; selector: string }
  selectableFields: string[]
  listKind: string
  preferred: boolean
}

export const crdStorage = 'apiextensions.k8s.io/customresourcedefinitions'

const schemaByKind = new Map<string, Schema>()
for (const schema of Object.values(definitions)) {
  for (const { group, version, kind } of schema['x-kubernetes-group-version-kind'] ?? []) {
    schemaByKind.set(`${group}/${version}/${kind}`, { ...schema, 'x-definition': kind })
  }
}

const builtIn: Served[] = builtInKinds.map((kind) => ({
  ...kind,
  schema: schemaByKind.get(`${kind.group}/${kind.version}/${kind.kind}`) ?? {},
  // events.k8s.io is another view of the core group's events.
  storage: kind.kind === 'Event' ? '/events' : `${kind.group}/${kind.plural}`,
  columns: [],
  selectableFields: [],
  listKind: `${kind.kind}List`,
  preferred: true,
}))

/** Every kind that is served now: the built-in ones and those of the stored CustomResourceDefinitions. */
export class Catalogue {
  #kinds = new Map<string, Served>()
  #generation = 0

  constructor(store: Store) {
    const rebuild = () => {
      const custom = store.list(crdStorage).flatMap(kindsOf)
      this.#kinds = new Map(
        [...builtIn, ...custom].map((kind) => [`${kind.group}/${kind.version}/${kind.plural}`, kind]),
      )
      this.#generation++
    }
    rebuild()
    store.subscribe(crdStorage, rebuild)
  }

  /** Counts rebuilds, for whoever keeps something derived from the kinds. */
  get generation(): number {
    return this.#generation
  }

  get all(): Served[] {
    return [...this.#kinds.values()]
  }

  find(group: string, version: string, plural: string): Served | undefined {
    return this.#kinds.get(`${group}/${version}/${plural}`)
  }

  inGroup(group: string, version?: string): Served[] {
    return this.all.filter((kind) => kind.group === group && (version === undefined || kind.version === version))
  }

  get groups(): string[] {
    return [...new Set(this.all.map((kind) => kind.group))]
  }
}

function kindsOf(crd: KubeObject): Served[] {
  const names = at(crd, 'spec', 'names')
  const versions = objects(at(crd, 'spec', 'versions')).filter((version) => version.served === true)
  const plural = text(at(names, 'plural'))
  const group = text(at(crd, 'spec', 'group'))
  const preferred = [...versions].map((version) => text(version.name)).sort(byMaturity)[0]
  return versions.map((version): Served => {
    const kind = text(at(names, 'kind'))
    const scale = at(version, 'subresources', 'scale')
    return {
      group,
      version: text(version.name),
      kind,
      plural,
      singular: text(at(names, 'singular')) || kind.toLowerCase(),
      shortNames: texts(at(names, 'shortNames')),
      categories: texts(at(names, 'categories')),
      namespaced: at(crd, 'spec', 'scope') === 'Namespaced',
      status: isObject(at(version, 'subresources', 'status')),
      scale: isObject(scale),
      createOnly: false,
      builtIn: false,
      schema: customSchema(version),
      storage: `${group}/${plural}`,
      columns: objects(version.additionalPrinterColumns).map(columnOf),
      ...(isObject(scale)
        ? {
            scalePaths: {
              spec: text(scale.specReplicasPath),
              status: text(scale.statusReplicasPath),
              selector: text(scale.labelSelectorPath),
            },
          }
        : {}),
      selectableFields: objects(version.selectableFields).map((field) => text(field.jsonPath).replace(/^\./, '')),
      listKind: text(at(names, 'listKind')) || `${kind}List`,
      preferred: text(version.name) === preferred,
    }
  })
}

function customSchema(version: JsonObject): Schema {
  const stated = Schema.safeParse(at(version, 'schema', 'openAPIV3Schema')).data ?? {}
  const base = { apiVersion: { type: 'string' }, kind: { type: 'string' }, metadata: resolve(objectMeta) }
  return { ...stated, type: 'object', properties: { ...stated.properties, ...base } }
}

const columnOf = (column: JsonObject): CustomColumn => ({
  name: text(column.name),
  type: text(column.type),
  format: text(column.format),
  description: text(column.description),
  priority: typeof column.priority === 'number' ? column.priority : 0,
  jsonPath: text(column.jsonPath),
})

/** v2 before v1 before v1beta2 before v1alpha1, as Kubernetes ranks versions. */
export function byMaturity(a: string, b: string): number {
  const rank = (version: string): [number, number, number] => {
    const [, major, stage, minor] = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(version) ?? []
    return [
      stage === undefined && major ? 2 : stage === 'beta' ? 1 : stage === 'alpha' ? 0 : -1,
      Number(major ?? 0),
      Number(minor ?? 0),
    ]
  }
  const [x, y] = [rank(a), rank(b)]
  return y[0] - x[0] || y[1] - x[1] || y[2] - x[2] || (a < b ? -1 : 1)
}

export const apiVersionOf = ({ group, version }: { group: string; version: string }): string =>
  group ? `${group}/${version}` : version

export const keyOf = (kind: Served, namespace: string, name: string): string =>
  kind.namespaced ? `${namespace}/${name}` : name
