import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'

export interface SourceFile {
  path: string
  lines: number
  imports: Import[]
  /** Nothing but `export … from`. */
  isBarrel: boolean
}

export interface Import {
  specifier: string
  /** Path within the repository; undefined for a package. */
  target: string | undefined
  typeOnly: boolean
}

// Biome has formatted every file, so a statement starts its line and the quotes are single.
const statement = /^(import|export)\s(type\s)?(?:[^'"`;]*?\sfrom\s)?'([^']+)'/gm
const dynamic = /\bimport\('([^']+)'\)/g

export function readSource(root: string, path: string): SourceFile {
  const text = readFileSync(join(root, path), 'utf8')
  const imports: Import[] = []
  for (const [, , type, specifier = ''] of text.matchAll(statement)) {
    imports.push({ specifier, target: resolve(root, path, specifier), typeOnly: type !== undefined })
  }
  for (const [, specifier = ''] of text.matchAll(dynamic)) {
    imports.push({ specifier, target: resolve(root, path, specifier), typeOnly: false })
  }
  const rest = text
    .replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '')
    .replaceAll(/^export\s[^'"`;]*?\sfrom\s'[^']+'/gm, '')
  return {
    path,
    lines: text.split('\n').length - 1,
    imports,
    isBarrel: text.includes('export ') && rest.trim() === '',
  }
}

const aliases: Record<string, string> = {
  '#app/': 'app/',
  '#components/': 'components/',
  '#e2e/': 'e2e/',
  '#runtime/': 'runtime/',
  '#sandbox/': 'infra/sandbox/',
  '#server/': 'server/',
}

function resolve(root: string, from: string, specifier: string): string | undefined {
  const alias = Object.keys(aliases).find((prefix) => specifier.startsWith(prefix))
  if (alias) return `${aliases[alias]}${specifier.slice(alias.length)}`
  if (!specifier.startsWith('.')) return undefined
  const path = normalize(join(dirname(from), specifier))
  return existsSync(join(root, path)) ? path : `${path} (missing)`
}
