// Makes schemas.json from Kubernetes' published OpenAPI: `node generate-schemas.ts <kubernetes>/api/openapi-spec/v3`.
// Only the shape is kept (names, types, merge keys), one definition a line, so that a new version shows as a readable diff.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { builtInKinds } from './built-in.ts'

const Node = z.record(z.string(), z.json())
const Document = z.object({ components: z.object({ schemas: z.record(z.string(), Node) }) })

const shortName = (name: string) => name.split('/').at(-1) ?? name
const kept = ['type', 'format', 'required', 'enum'] as const

function compact(node: z.infer<typeof Node>): z.infer<typeof Node> {
  const reference = node.$ref ?? z.array(Node).safeParse(node.allOf).data?.[0]?.$ref
  const out: z.infer<typeof Node> = {}
  for (const key of Object.keys(node)) {
    const value = node[key]
    if (kept.some((k) => k === key) || (key.startsWith('x-kubernetes-') && key !== 'x-kubernetes-unions')) {
      if (value !== undefined) out[key] = value
    }
  }
  if (typeof node.default === 'string' && node.default !== '') out.default = node.default
  if (typeof reference === 'string') out.$ref = shortName(reference)
  if (node.items) out.items = compact(Node.parse(node.items))
  if (Node.safeParse(node.additionalProperties).success) {
    out.additionalProperties = compact(Node.parse(node.additionalProperties))
  }
  if (node.properties) {
    const properties = Object.entries(Node.parse(node.properties))
    out.properties = Object.fromEntries(properties.map(([name, child]) => [name, compact(Node.parse(child))]))
  }
  if (node.oneOf) out.oneOf = z.array(Node).parse(node.oneOf).map(compact)
  return out
}

const [source] = process.argv.slice(2)
if (!source) throw new Error('usage: node generate-schemas.ts <kubernetes checkout>/api/openapi-spec/v3')

/** Bodies of sub-resources: known to readers of protobuf and of the documents, never stored. */
const alsoWanted = ['Binding', 'DeleteOptions', 'Eviction', 'Scale', 'TokenRequest']

const wanted = new Map<string, z.infer<typeof Node>>()
const files = new Set(
  builtInKinds.map(({ group, version }) => (group ? `apis__${group}__${version}` : `api__${version}`)),
)
for (const file of [...files].sort()) {
  const document = Document.parse(JSON.parse(readFileSync(join(source, `${file}_openapi.json`), 'utf8')))
  const take = (name: string) => {
    if (wanted.has(name)) return
    const schema = compact(document.components.schemas[name] ?? {})
    wanted.set(name, schema)
    for (const match of JSON.stringify(schema).matchAll(/"\$ref":"([^"]+)"/g)) if (match[1]) take(match[1])
  }
  for (const [name, schema] of Object.entries(document.components.schemas)) {
    const owned = z
      .array(z.object({ group: z.string(), version: z.string(), kind: z.string() }))
      .safeParse(schema['x-kubernetes-group-version-kind']).data
    const isServed = owned?.some((gvk) =>
      builtInKinds.some((k) => k.group === gvk.group && k.version === gvk.version && k.kind === gvk.kind),
    )
    if (isServed || (owned && alsoWanted.includes(name.split('.').at(-1) ?? ''))) take(name)
  }
}
const lines = [...wanted]
  .sort(([a], [b]) => (a < b ? -1 : 1))
  .map(([name, schema]) => `${JSON.stringify(name)}:${JSON.stringify(schema)}`)
writeFileSync(new URL('./schemas.json', import.meta.url), `{\n${lines.join(',\n')}\n}\n`)
