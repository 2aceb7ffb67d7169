import { StatusError } from '../http/status.ts'
import { clone, equal, isObject, type Json, type JsonObject } from '../json.ts'

/** Kubernetes does not say which step failed. */
const refused = () =>
  new StatusError(422, 'Invalid', 'the server rejected our request due to an error in our request', {})

/** RFC 6902 over a copy. */
export function jsonPatch(target: JsonObject, operations: Json): Json {
  if (!Array.isArray(operations)) throw new StatusError(400, 'BadRequest', 'a JSON patch is an array of operations')
  if (operations.length > 10_000) {
    throw new StatusError(
      413,
      'RequestEntityTooLarge',
      `The allowed maximum operations in a JSON patch is 10000, got ${operations.length}`,
    )
  }
  let root: Json = clone(target)
  for (const operation of operations) {
    if (!isObject(operation)) throw refused()
    root = step(root, operation)
  }
  return root
}

function step(root: Json, { op, path, from, value }: JsonObject): Json {
  const where = pointer(path)
  switch (op) {
    case 'add':
      return put(root, where, value ?? null, true)
    case 'replace':
      read(root, where)
      return put(root, where, value ?? null, false)
    case 'remove':
      return take(root, where)
    case 'test':
      if (!equal(read(root, where, true) ?? null, value ?? null)) throw refused()
      return root
    case 'copy':
      return put(root, where, clone(read(root, pointer(from)) ?? null), true)
    case 'move': {
      const moved = read(root, pointer(from)) ?? null
      return put(take(root, pointer(from)), where, moved, true)
    }
    default:
      throw refused()
  }
}

function pointer(path: Json | undefined): string[] {
  if (typeof path !== 'string' || (path !== '' && !path.startsWith('/'))) throw refused()
  const keys = path.split('/').slice(1)
  return keys.map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'))
}

function read(root: Json, path: string[], lenient = false): Json | undefined {
  let here: Json | undefined = root
  for (const key of path) {
    if (Array.isArray(here)) here = here[position(here, key, false)]
    else here = isObject(here) && Object.hasOwn(here, key) ? here[key] : undefined
    if (here === undefined && !lenient) throw refused()
  }
  return here
}

function put(root: Json, path: string[], value: Json, insert: boolean): Json {
  const last = path.at(-1)
  if (last === undefined) return value
  const parent = read(root, path.slice(0, -1))
  if (Array.isArray(parent)) parent.splice(position(parent, last, insert), insert ? 0 : 1, value)
  else if (isObject(parent)) parent[last] = value
  else throw refused()
  return root
}

function take(root: Json, path: string[]): Json {
  read(root, path)
  const last = path.at(-1) ?? ''
  const parent = read(root, path.slice(0, -1))
  if (Array.isArray(parent)) parent.splice(position(parent, last, false), 1)
  else if (isObject(parent)) delete parent[last]
  return root
}

function position(items: Json[], key: string, inserting: boolean): number {
  const index = key === '-' && inserting ? items.length : Number(key)
  const end = inserting ? items.length : items.length - 1
  if (!/^\d+$|^-$/.test(key) || index > end) throw refused()
  return index
}
