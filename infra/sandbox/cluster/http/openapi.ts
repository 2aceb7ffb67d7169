import type { Json, JsonObject } from '../json.ts'
import { apiVersionOf, type Catalogue, type Served } from '../kinds/catalogue.ts'
import { definitions, objectMeta, type Schema } from '../schema/schema.ts'
import { noSuchPath } from './status.ts'

const pathOf = (group: string, version: string) => (group ? `apis/${group}/${version}` : `api/${version}`)

/** /openapi/v3: where each group's document lies. */
export function openApiIndex(catalogue: Catalogue): JsonObject {
  const places = new Set(catalogue.all.map((kind) => pathOf(kind.group, kind.version)))
  const paths = [...places].map((place) => [
    place,
    { serverRelativeURL: `/openapi/v3/${place}?hash=${catalogue.generation}` },
  ])
  return { paths: Object.fromEntries(paths) }
}

export function openApiDocument(catalogue: Catalogue, place: string): JsonObject {
  const kinds = catalogue.all.filter((kind) => pathOf(kind.group, kind.version) === place)
  if (kinds.length === 0) throw noSuchPath()
  const schemas: Record<string, Schema> = {}
  const paths: JsonObject = {}
  for (const kind of kinds) {
    const name = definitionName(kind)
    schemas[name] = kind.builtIn
      ? kind.schema
      : { ...kind.schema, properties: { ...kind.schema.properties, metadata: objectMeta } }
    schemas[name] = {
      ...schemas[name],
      'x-kubernetes-group-version-kind': [{ group: kind.group, version: kind.version, kind: kind.kind }],
    }
    const scope = kind.namespaced ? 'namespaces/{namespace}/' : ''
    paths[`/${place}/${scope}${kind.plural}`] = {
      get: operation(kind, 'list', name),
      post: operation(kind, 'post', name),
    }
    paths[`/${place}/${scope}${kind.plural}/{name}`] = {
      get: operation(kind, 'get', name),
      put: operation(kind, 'put', name),
      patch: operation(kind, 'patch', name),
      delete: operation(kind, 'delete', name),
    }
  }
  include(schemas, Object.values(schemas))
  const components = published(schemas)
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: 'v1.36.1+modelyard-sandbox' },
    paths,
    components: { schemas: components },
  }
}

const definitionName = ({ group, version, kind }: Served): string => {
  const isSame = (schema: Schema) =>
    schema['x-kubernetes-group-version-kind']?.some(
      (one) => one.group === group && one.version === version && one.kind === kind,
    )
  const known = Object.entries(definitions).find(([, schema]) => isSame(schema))
  return known?.[0] ?? `${group.split('.').reverse().join('.')}.${version}.${kind}`
}

function include(schemas: Record<string, Schema>, from: Schema[]): void {
  for (const match of JSON.stringify(from).matchAll(/"\$ref":"([^"]+)"/g)) {
    const [, name = ''] = match
    const schema = definitions[name]
    if (!schema || schemas[name]) continue
    schemas[name] = schema
    include(schemas, [schema])
  }
}

const writeParameters = ['dryRun', 'fieldManager', 'fieldValidation', 'force'].map((name) => ({
  name,
  in: 'query',
  schema: { type: name === 'force' ? 'boolean' : 'string' },
}))

function operation(kind: Served, action: string, name: string): JsonObject {
  const schema = { $ref: `#/components/schemas/${name}` }
  const content = { 'application/json': { schema } }
  return {
    operationId: `${action}${apiVersionOf(kind)}${kind.kind}`,
    parameters: action === 'get' || action === 'list' ? [] : writeParameters,
    ...(action === 'post' || action === 'put' ? { requestBody: { content } } : {}),
    responses: { 200: { description: 'OK', content } },
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': { group: kind.group, version: kind.version, kind: kind.kind },
  }
}

/** As documents spell them: references by pointer, without this server's own marks. */
const published = (schemas: Record<string, Schema>): Json =>
  JSON.parse(
    JSON.stringify(schemas, (key, value) => (key === 'x-definition' ? undefined : value)),
    (key, value) => (key === '$ref' && typeof value === 'string' ? `#/components/schemas/${value}` : value),
  )
