import { methodNotAllowed } from './status.ts'

export type ResourceRequest = {
  verb: string
  group: string
  version: string
  plural: string
  namespace: string
  name: string
  subresource: string
  /** What follows pods/x/proxy and the like. */
  rest: string[]
}

const namespaceSubresources = new Set(['status', 'finalize'])
const verbs: Record<string, [withName: string, withoutName: string]> = {
  GET: ['get', 'list'],
  HEAD: ['get', 'list'],
  POST: ['create', 'create'],
  PUT: ['update', 'update'],
  PATCH: ['patch', 'patch'],
  DELETE: ['delete', 'deletecollection'],
}

/** What a path under /api or /apis asks for; undefined for anything that is no resource. */
export function resourceRequest(method: string, path: string[], query: URLSearchParams): ResourceRequest | undefined {
  const [root, ...tail] = path
  const isCore = root === 'api'
  if (!isCore && root !== 'apis') return undefined
  const group = isCore ? '' : (tail.shift() ?? '')
  const version = tail.shift() ?? ''
  if (tail.length === 0) return undefined

  let namespace = ''
  const isNamespaceItself = tail[0] === 'namespaces' && (tail.length < 3 || namespaceSubresources.has(tail[2] ?? ''))
  if (tail[0] === 'namespaces' && !isNamespaceItself) namespace = tail.splice(0, 2)[1] ?? ''
  const [plural = '', name = '', subresource = '', ...rest] = tail

  const verb = verbs[method]?.[name ? 0 : 1]
  if (!verb) throw methodNotAllowed()
  if (!name && (method === 'PUT' || method === 'PATCH')) throw methodNotAllowed()
  const watches = ['true', '1'].includes(query.get('watch') ?? '')
  const named = /^metadata\.name==?([^,]+)$/.exec(query.get('fieldSelector') ?? '')?.[1]
  return {
    verb: verb === 'list' && watches ? 'watch' : verb,
    group,
    version,
    plural,
    namespace: isNamespaceItself ? name : namespace,
    name: name || (verb === 'list' || verb === 'deletecollection' ? (named ?? '') : ''),
    subresource,
    rest,
  }
}
