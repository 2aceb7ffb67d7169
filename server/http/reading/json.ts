/**
 * JSON from strangers. `JSON.parse` takes the last of two equal keys, lets a thousand brackets through and text that
 * no database can store; each of these is refused here, before anything is built from the text.
 */
import { failure } from '../../errors.ts'

const maxDepth = 64

const refused = (what: string) =>
  failure('malformed_request', what, 'Send a JSON object as the API documentation describes it.')

export function parseJson(text: string): unknown {
  inspect(text)
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw refused(`The body is not valid JSON: ${cause instanceof Error ? cause.message.slice(0, 200) : 'unreadable'}.`)
  }
}

/** One walk over the text: depth, keys and strings. What is not JSON at all is left for the parser to find. */
function inspect(text: string): void {
  const open: (Set<string> | undefined)[] = []
  let expectsKey = false
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at]
    if (character === '"') {
      const end = endOfString(text, at)
      const value = readString(text.slice(at, end + 1))
      if (expectsKey) addKey(open.at(-1), value)
      expectsKey = false
      at = end
    } else if (character === '{' || character === '[') {
      open.push(character === '{' ? new Set() : undefined)
      if (open.length > maxDepth) throw refused(`The body is nested more than ${maxDepth} levels deep.`)
      expectsKey = character === '{'
    } else if (character === '}' || character === ']') {
      open.pop()
      expectsKey = false
    } else if (character === ',') {
      expectsKey = open.at(-1) !== undefined
    } else if (character === 'e' || character === 'E') {
      checkNumber(text, at)
    }
  }
}

function endOfString(text: string, start: number): number {
  let at = start + 1
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1
  return at
}

function readString(literal: string): string {
  let value = literal.slice(1, -1)
  if (value.includes('\\')) {
    try {
      value = String(JSON.parse(literal))
    } catch {
      return value // the parser names the place
    }
  }
  if (value.includes('\u0000')) throw refused('The body has a NUL character in a text.')
  if (!value.isWellFormed())
    throw refused('The body has half of a surrogate pair in a text, which is not valid Unicode.')
  return value
}

function addKey(keys: Set<string> | undefined, key: string): void {
  if (key === '__proto__') throw refused('The body has a field named __proto__.')
  if (keys?.has(key)) throw refused(`The body names the field ${JSON.stringify(key.slice(0, 60))} twice.`)
  keys?.add(key)
}

function checkNumber(text: string, exponentAt: number): void {
  const before = /-?[0-9.]+$/.exec(text.slice(Math.max(0, exponentAt - 400), exponentAt))
  const after = /^[eE][+-]?[0-9]+/.exec(text.slice(exponentAt, exponentAt + 400))
  if (before && after && !Number.isFinite(Number(before[0] + after[0]))) {
    throw refused('The body has a number that is too large.')
  }
}
