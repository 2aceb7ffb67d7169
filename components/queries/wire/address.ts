import type { Contract } from '#server/contracts/contract.ts'

const inQuery = (method: Contract['method']) => method === 'GET' || method === 'DELETE'

/** Splits a contract's flat input into the path, the query and the body that the endpoint reads it from. */
export function addressOf(contract: Contract, input: unknown): { url: string; body: Record<string, unknown> | null } {
  const rest = new Map(Object.entries(input ?? {}))
  const path = contract.path.replaceAll(/\{([A-Za-z]+)\}/g, (_, name: string) => {
    const value = rest.get(name)
    rest.delete(name)
    if (value === undefined || value === '') throw new Error(`${contract.path} needs "${name}".`)
    return encodeURIComponent(String(value))
  })
  if (!inQuery(contract.method) && !contract.upload) return { url: path, body: Object.fromEntries(rest) }
  const query = new URLSearchParams()
  for (const [name, value] of rest) if (value !== undefined && value !== null) query.set(name, String(value))
  return { url: query.size > 0 ? `${path}?${query}` : path, body: null }
}
