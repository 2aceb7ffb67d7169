// Makes wire.json, the protobuf field numbers of the kinds in schemas.json, from the struct tags of Kubernetes' Go types:
// `node generate-wire.ts <k8s.io/api> <k8s.io/apimachinery>`. One type a line: `2:name 3:*replicas 1:@Inlined`,
// where * marks what Go keeps apart from zero.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { definitions } from '../schema/schema.ts'

const [api, machinery] = process.argv.slice(2)
if (!api || !machinery) throw new Error('usage: node generate-wire.ts <k8s.io/api module> <k8s.io/apimachinery module>')

const sourceOf = (definition: string): string | undefined => {
  const [, group, version] = /^io\.k8s\.api\.([\w-]+)\.(v\w+)\./.exec(definition) ?? []
  if (group) return join(api, group, version ?? '', 'types.go')
  return definition.startsWith('io.k8s.apimachinery.pkg.apis.meta.v1.')
    ? join(machinery, 'pkg/apis/meta/v1/types.go')
    : undefined
}

const lines = new Map<string, string>()
const sources = new Set(Object.keys(definitions).flatMap((name) => sourceOf(name) ?? []))
for (const source of [...sources].sort()) {
  if (!existsSync(source)) continue
  const prefix =
    Object.keys(definitions)
      .find((name) => sourceOf(name) === source)
      ?.replace(/[^.]+$/, '') ?? ''
  const structs = new Map<string, string>()
  for (const [, name = '', body = ''] of readFileSync(source, 'utf8').matchAll(
    /^type (\w+) struct \{\n([\s\S]*?)^\}/gm,
  ))
    structs.set(name, body)
  const take = (name: string) => {
    const body = structs.get(name)
    if (body === undefined || lines.has(prefix + name)) return
    const fields: string[] = []
    for (const [, type = '', json = '', number = ''] of body.matchAll(
      /^\t(?:\w+\s+)?(\S+)\s+`json:"([^"]*)".*?protobuf:"\w+,(\d+),/gm,
    )) {
      const [field = '', ...options] = json.split(',')
      const isInline = options.includes('inline') && field === ''
      fields.push(`${number}:${isInline ? `@${prefix}${type}` : `${type.startsWith('*') ? '*' : ''}${field}`}`)
      if (isInline) take(type)
    }
    lines.set(prefix + name, fields.join(' '))
  }
  for (const name of Object.keys(definitions)) if (sourceOf(name) === source) take(name.slice(prefix.length))
}
const sorted = [...lines].filter(([, fields]) => fields !== '').sort(([a], [b]) => (a < b ? -1 : 1))
writeFileSync(
  new URL('./wire.json', import.meta.url),
  `{\n${sorted.map(([name, fields]) => `  "${name}": "${fields}"`).join(',\n')}\n}\n`,
)
