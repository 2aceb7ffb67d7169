/** The runtime's control API without a runtime: takes what it is told and says what a test wants it to say. */
import { rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import { ModelSpec, type ModelStatus } from '../control/contract.ts'

type State = ModelStatus['state']

export type FakeControl = {
  specs: Map<string, ModelSpec>
  /** Every change asked for, in order: "PUT ml-dev.x", "DELETE ml-dev.x". */
  calls: string[]
  /** What happens to a version; Ready unless said otherwise. */
  outcomes: Map<string, { state: State; message: string }>
  stop: () => Promise<void>
}

export const startFakeControl = async (socketPath: string): Promise<FakeControl> => {
  const fake: Omit<FakeControl, 'stop'> = { specs: new Map(), calls: [], outcomes: new Map() }
  const statusOf = (name: string, spec: ModelSpec): ModelStatus => {
    const versions = spec.versions.map(({ version, digest, weight, shadow }) => ({
      version,
      digest,
      weight,
      shadow,
      restarts: 0,
      ...(fake.outcomes.get(`${name}:${version}`) ?? { state: 'Ready' as const, message: '' }),
    }))
    const worst = versions.find((version) => version.state !== 'Ready') ?? versions[0]
    return { name, tenant: spec.tenant, state: worst?.state ?? 'Pending', message: worst?.message ?? '', versions }
  }
  const server = createServer(async (request, response) => {
    const send = (code: number, body: unknown) =>
      response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    const name = decodeURIComponent(request.url?.match(/^\/models\/(.+)$/)?.[1] ?? '')
    if (request.method === 'GET' && !name)
      return send(200, { models: [...fake.specs].map(([key, spec]) => statusOf(key, spec)) })
    fake.calls.push(`${request.method} ${name}`)
    if (request.method === 'DELETE') {
      fake.specs.delete(name)
      return send(202, { name })
    }
    const spec = ModelSpec.safeParse(JSON.parse(await text(request)))
    if (!spec.success) return send(400, { error: spec.error.message })
    fake.specs.set(name, spec.data)
    return send(202, statusOf(name, spec.data))
  })
  rmSync(socketPath, { force: true })
  await new Promise<void>((resolve) => server.listen(socketPath, resolve))
  return {
    ...fake,
    stop: async () => {
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
    },
  }
}
