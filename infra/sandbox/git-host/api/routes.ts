import type { Host } from '../host.ts'
import type { Account, Permission, Repository } from '../store/records.ts'
import { notFound, Problem } from './problems.ts'

export type Reply = { status: number; body?: unknown; headers?: Record<string, string> }

export type Call = {
  host: Host
  actor: Account | undefined
  /** Set when the caller signed with the App's key instead of a token. */
  isApp: boolean
  /** `name:password` of basic authentication, where an OAuth application shows itself. */
  basic: string | undefined
  method: string
  /** The address that was asked for, without its query. */
  url: string
  params: Record<string, string>
  query: URLSearchParams
  body: unknown
}
export type SignedCall = Call & { actor: Account }

export type Route = { method: string; pattern: RegExp; names: string[]; run: (call: Call) => Promise<Reply> }

/** `:name` is one path segment, `:name*` one or more. */
export function route(method: string, path: string, run: (call: Call) => Promise<Reply> | Reply): Route {
  const names: string[] = []
  const source = path.replace(/:(\w+)(\*?)/g, (_match, name: string, rest: string) => {
    names.push(name)
    return rest ? '(.+)' : '([^/]+)'
  })
  return { method, pattern: new RegExp(`^${source}$`), names, run: async (call) => run(call) }
}

const ranks: Record<Permission, number> = { read: 0, write: 1, admin: 2 }
export const may = (actor: Account | undefined, wanted: Permission): boolean =>
  actor !== undefined && ranks[actor.permission] >= ranks[wanted]

export function signedIn(call: Call): SignedCall {
  if (!call.actor) throw new Problem(401, 'Requires authentication')
  return { ...call, actor: call.actor }
}

/** A route below one repository: finds it, hides it from strangers, and checks what the caller may do with it. */
export const repositoryRoute = (
  method: string,
  path: string,
  wanted: Permission,
  run: (call: SignedCall, repository: Repository) => Promise<Reply> | Reply,
): Route =>
  route(method, `/repos/:owner/:repo${path}`, async (call) => {
    const repository = visibleRepository(call)
    const { actor } =
      wanted === 'read' && method === 'GET' ? { actor: call.actor ?? call.host.anonymous } : signedIn(call)
    if (!may(actor, wanted)) {
      throw new Problem(403, wanted === 'admin' ? 'Must have admin rights to Repository.' : 'Write access is needed.')
    }
    return run({ ...call, actor }, repository)
  })

export function visibleRepository({ host, actor, params, method, url, query }: Call): Repository {
  const { owner = '', repo = '' } = params
  const repository = host.findRepository(owner, repo)
  if (!repository || (repository.private && !actor)) throw notFound()
  if (repository.name.toLowerCase() !== repo.toLowerCase()) {
    const location = url.replace(`/repos/${owner}/${repo}`, `/repos/${host.fullName(repository)}`)
    const rest = query.size > 0 ? `?${query}` : ''
    throw new Problem(method === 'GET' ? 301 : 307, 'Moved Permanently', undefined, { location: location + rest })
  }
  return repository
}

export const number = (text: string | undefined): number => {
  if (!text || !/^\d{1,15}$/.test(text)) throw notFound()
  return Number(text)
}
export const ok = (body: unknown): Reply => ({ status: 200, body })
export const created = (body: unknown): Reply => ({ status: 201, body })
export const noContent = (): Reply => ({ status: 204 })

/** One page of a list, with GitHub's Link header; only what is on the page is rendered. */
export async function paged<T>(
  { query, url }: Call,
  items: readonly T[],
  view: (item: T) => unknown,
  wrap: (page: unknown[]) => unknown = (page) => page,
): Promise<Reply> {
  const size = Math.min(100, Math.max(1, Math.trunc(Number(query.get('per_page'))) || 30))
  const page = Math.max(1, Math.trunc(Number(query.get('page'))) || 1)
  const last = Math.max(1, Math.ceil(items.length / size))
  const body = wrap(await Promise.all(items.slice((page - 1) * size, page * size).map(view)))
  const to = (target: number, rel: string) => {
    const copy = new URLSearchParams(query)
    copy.set('page', String(target))
    return `<${url}?${copy}>; rel="${rel}"`
  }
  const links = [
    ...(page > 1 ? [to(page - 1, 'prev'), to(1, 'first')] : []),
    ...(page < last ? [to(page + 1, 'next'), to(last, 'last')] : []),
  ]
  return { status: 200, body, headers: links.length ? { link: links.join(', ') } : {} }
}
