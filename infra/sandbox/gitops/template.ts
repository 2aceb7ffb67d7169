/** The two ways an ApplicationSet's template takes parameters: `{{path.basename}}`, or Go's `{{ .path.basename }}`. */
export type Parameters = { path: string; basename: string; basenameNormalized: string; segments: string[] }

export const parametersOf = (folder: string): Parameters => {
  const segments = folder.split('/')
  const basename = segments.at(-1) ?? ''
  return { path: folder, basename, basenameNormalized: normalized(basename), segments }
}

const normalized = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^-a-z0-9.]/g, '-')
    .slice(0, 253)
    .replace(/^[-.]+|[-.]+$/g, '')

type Fill = (template: string, parameters: Parameters) => string

/** Fills every string of a template, keys included. */
export const fillTemplate = (value: unknown, parameters: Parameters, goTemplate: boolean): unknown => {
  const fill = goTemplate ? fillGo : fillPlain
  return walk(value, parameters, fill)
}

const walk = (value: unknown, parameters: Parameters, fill: Fill): unknown => {
  if (typeof value === 'string') return value.includes('{{') ? fill(value, parameters) : value
  if (Array.isArray(value)) return value.map((each) => walk(each, parameters, fill))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [String(walk(key, parameters, fill)), walk(each, parameters, fill)]),
  )
}

/** Parameters nobody gives stay as they are written. */
const fillPlain: Fill = (template, parameters) =>
  template.replace(/\{\{\s*([\w.[\]]+)\s*\}\}/g, (written, name: string) => {
    const index = /^path\[(\d+)\]$/.exec(name)
    if (index) return parameters.segments[Number(index[1])] ?? written
    if (name === 'path') return parameters.path
    if (name === 'path.basename') return parameters.basename
    if (name === 'path.basenameNormalized') return parameters.basenameNormalized
    return written
  })

const fillGo: Fill = (template, parameters) =>
  template.replace(/\{\{-?\s*(.*?)\s*-?\}\}/g, (_, expression: string) => {
    let piped: unknown
    for (const [position, part] of expression.split('|').entries()) {
      const words = wordsOf(part)
      const last = position === 0 ? [] : [piped]
      const [first = ''] = words
      piped = functions[first]
        ? functions[first]([...words.slice(1).map((word) => valueNamed(word, parameters)), ...last])
        : valueNamed(first, parameters)
    }
    return textOf(piped)
  })

const wordsOf = (expression: string): string[] => expression.match(/"(?:[^"\\]|\\.)*"|`[^`]*`|[^\s]+/g) ?? []

const valueNamed = (word: string, parameters: Parameters): unknown => {
  if (word.startsWith('"')) {
    const text: unknown = JSON.parse(word)
    return text
  }
  if (word.startsWith('`')) return word.slice(1, -1)
  if (/^\d+$/.test(word)) return Number(word)
  const field = /^\.path\.(path|basename|basenameNormalized|segments)$/.exec(word)?.[1]
  if (field === 'path') return parameters.path
  if (field === 'basename') return parameters.basename
  if (field === 'basenameNormalized') return parameters.basenameNormalized
  if (field === 'segments') return parameters.segments
  throw new Error(`the sandbox's template engine does not know ${word}`)
}

const textOf = (value: unknown): string => (Array.isArray(value) ? `[${value.join(' ')}]` : String(value))
const text = (args: unknown[], index: number): string => textOf(args[index])

const functions: Record<string, (args: unknown[]) => unknown> = {
  index: ([list, position]) => {
    const found = Array.isArray(list) && typeof position === 'number' ? list[position] : undefined
    if (found === undefined) throw new Error(`error calling index: index out of range: ${position}`)
    return found
  },
  join: ([separator, list]) => (Array.isArray(list) ? list.join(textOf(separator)) : textOf(list)),
  lower: (args) => text(args, 0).toLowerCase(),
  upper: (args) => text(args, 0).toUpperCase(),
  normalize: (args) => normalized(text(args, 0)),
  printf: ([format, ...values]) => {
    let next = 0
    return textOf(format).replace(/%[sdv]/g, () => textOf(values[next++]))
  },
  replace: (args) => text(args, 2).replaceAll(text(args, 0), text(args, 1)),
  trimPrefix: (args) =>
    text(args, 1).startsWith(text(args, 0)) ? text(args, 1).slice(text(args, 0).length) : text(args, 1),
  trimSuffix: (args) =>
    text(args, 1).endsWith(text(args, 0)) ? text(args, 1).slice(0, -text(args, 0).length) : text(args, 1),
}
