/** Which queries a live message makes stale: the parts of the API whose path has the word, for the team it is about. */
const words: Record<string, readonly string[]> = {
  request: ['requests', 'namespaces', 'deployments', 'allowance-use'],
  namespace: ['namespaces', 'allowance-use'],
  deployment: ['deployments', 'metrics', 'applications', 'namespaces'],
  model: ['models'],
  team: ['teams', 'me'],
  member: ['members', 'me'],
  token: ['tokens'],
  alert: ['alerts'],
  silence: ['silences', 'alerts'],
  audit: ['audit'],
  integration: ['integrations'],
  policy: ['policy'],
}

/** `topic` comes from the wire; one we do not know makes nothing stale. */
export function isTouched(queryKey: readonly unknown[], topic: string, team: string | null): boolean {
  const [path, input] = queryKey
  if (typeof path !== 'string' || !path.startsWith('/api/v1/')) return false
  const touched = Object.hasOwn(words, topic) ? (words[topic] ?? []) : []
  const parts = path.split('/').filter((part) => part !== '' && !part.startsWith('{'))
  const resource = parts.slice(2)
  const own = resource.length > 1 && resource[0] === 'teams' ? resource.slice(1) : resource
  if (!own.some((part) => touched.includes(part))) return false
  const about = typeof input === 'object' && input !== null && 'team' in input ? input.team : undefined
  return team === null || about === undefined || about === team
}
