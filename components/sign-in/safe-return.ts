/** Where to go after signing in: a path of this portal, and never anywhere else. */
export function safeReturn(asked: unknown): string {
  if (typeof asked !== 'string' || !/^\/(?![/\\])/.test(asked)) return '/'
  const base = 'https://portal.invalid'
  const url = URL.canParse(asked, base) ? new URL(asked, base) : null
  return url && url.origin === base && url.pathname !== '/sign-in' ? url.pathname + url.search : '/'
}
