import type { Adapter, AdapterPayload } from 'oidc-provider'

type Entry = { model: string; payload: AdapterPayload; expiresAt: number }

/** Sessions, codes and grants, kept while the process lives; it outlasts a key rotation, which builds a new provider. */
export function createMemory() {
  const entries = new Map<string, Entry>()
  const alive = (entry: Entry | undefined) => (entry && entry.expiresAt > Date.now() ? entry.payload : undefined)
  const forgetExpired = () => {
    for (const [key, entry] of entries) if (entry.expiresAt <= Date.now()) entries.delete(key)
  }
  let writes = 0

  return (model: string): Adapter => {
    const keyOf = (id: string) => `${model}:${id}`
    return {
      async upsert(id, payload, expiresIn) {
        writes += 1
        if (writes % 1000 === 0) forgetExpired()
        const expiresAt = expiresIn ? Date.now() + expiresIn * 1000 : Number.POSITIVE_INFINITY
        entries.set(keyOf(id), { model, payload, expiresAt })
      },
      find: async (id) => alive(entries.get(keyOf(id))),
      findByUid: async (uid) =>
        alive([...entries.values()].find((entry) => entry.model === model && entry.payload.uid === uid)),
      findByUserCode: async () => undefined,
      async consume(id) {
        const payload = alive(entries.get(keyOf(id)))
        if (payload) payload.consumed = Math.floor(Date.now() / 1000)
      },
      async destroy(id) {
        entries.delete(keyOf(id))
      },
      async revokeByGrantId(grantId) {
        for (const [key, entry] of entries) if (entry.payload.grantId === grantId) entries.delete(key)
      },
    }
  }
}
