/** What browsers are told to refuse. */

export const strictTransport = 'max-age=63072000; includeSubDomains'

export function contentSecurityPolicy(nonce: string, development: boolean): string {
  const own = `'self' 'nonce-${nonce}'`
  const policy: Record<string, string> = {
    'default-src': "'self'",
    // What a trusted script loads is trusted; in development React explains errors by eval.
    'script-src': `${own} 'strict-dynamic'${development ? " 'unsafe-eval'" : ''}`,
    // Components place themselves by style attributes; hot reload adds style elements of its own.
    'style-src': development ? "'self' 'unsafe-inline'" : own,
    'style-src-attr': "'unsafe-inline'",
    'img-src': "'self' data: blob:",
    'font-src': "'self'",
    'connect-src': development ? "'self' ws:" : "'self'",
    'object-src': "'none'",
    'base-uri': "'none'",
    'form-action': "'self'",
    'frame-ancestors': "'none'",
    'frame-src': "'none'",
    'worker-src': "'self' blob:",
  }
  return Object.entries(policy)
    .map(([name, value]) => `${name} ${value}`)
    .join('; ')
}
