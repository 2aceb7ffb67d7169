// What form the client accepts: the objects themselves, only their metadata, or a table for people.
import { type JsonObject, type KubeObject, nameOf, text } from '../json.ts'
import type { Served } from '../kinds/catalogue.ts'
import { type Column, columnsOf } from '../kinds/columns.ts'

export type Shape = 'object' | 'metadata' | 'table'

export function shapeOf(accept: string): Shape {
  for (const option of accept.split(',')) {
    if (/;\s*as=Table/i.test(option)) return 'table'
    if (/;\s*as=PartialObjectMetadata/i.test(option)) return 'metadata'
    if (/^\s*(application\/json|\*\/\*)\s*(;\s*q=[\d.]+\s*)?$/.test(option)) return 'object'
  }
  return 'object'
}

const reduced = new WeakMap<KubeObject, KubeObject>()

const metadataOnly = (object: KubeObject): KubeObject => {
  const known = reduced.get(object)
  if (known) return known
  const made: KubeObject = { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata }
  reduced.set(object, made)
  return made
}

export const shaped = (object: KubeObject, shape: Shape): KubeObject =>
  shape === 'metadata' ? metadataOnly(object) : object

const nameColumn: Column = {
  name: 'Name',
  format: 'name',
  description: 'Name must be unique within a namespace.',
  value: (object) => nameOf(object),
}

/** A function that makes Table answers; only the first carries the column definitions, as watches expect. */
export function tableFor(kind: Served): (objects: KubeObject[], metadata?: JsonObject) => JsonObject {
  // Events are told apart by what they say; their names matter to nobody.
  const columns =
    kind.kind === 'Event' ? [...columnsOf(kind), { ...nameColumn, priority: 1 }] : [nameColumn, ...columnsOf(kind)]
  let isFirst = true
  return (objects, metadata) => {
    const definitions = columns.map(({ name, type, format, description, priority }) => ({
      name,
      type: type ?? 'string',
      format: format ?? '',
      description: description ?? '',
      priority: priority ?? 0,
    }))
    const rows = objects.map((object) => ({
      cells: columns.map((column) => column.value(object) ?? null),
      object: metadataOnly(object),
    }))
    const columnDefinitions = isFirst ? definitions : null
    isFirst = false
    const version = text(objects[0]?.metadata.resourceVersion)
    return {
      kind: 'Table',
      apiVersion: 'meta.k8s.io/v1',
      metadata: metadata ?? { resourceVersion: version },
      columnDefinitions,
      rows,
    }
  }
}
