/** A change that rides on a cookie must come from our own pages. Tokens are not sent by browsers on their own. */
import { failure } from '../../errors.ts'

export function demandOwnOrigin(headers: Headers, portalUrl: string): void {
  const origin = headers.get('origin')
  const site = headers.get('sec-fetch-site')
  const own = origin === null ? site === 'same-origin' : origin === new URL(portalUrl).origin
  if (own && (site === null || site === 'same-origin')) return
  throw failure(
    'foreign_origin',
    'This change did not come from a page of the portal, so your session does not count for it.',
    `Use the portal at ${portalUrl}, or an API token.`,
  )
}
