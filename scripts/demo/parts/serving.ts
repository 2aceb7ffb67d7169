import { join } from 'node:path'
import type { Part } from '../../supervisor/part.ts'
import { node, type PartsOptions } from './program.ts'

export function serving({ installation, release }: PartsOptions): Part[] {
  const { state, ports, urls, controlSocket, objectStoreUrl } = installation
  return [
    {
      name: 'runtime',
      title: 'Model runtime',
      after: [],
      kind: 'service',
      async make() {
        await release('runtime')
        return node('runtime/main.ts', {
          port: String(ports.runtime),
          state: join(state, 'runtime'),
          store: objectStoreUrl,
          control: controlSocket,
        })
      },
    },
    {
      name: 'agent',
      title: 'Runtime agent',
      after: ['runtime', 'introduction'],
      kind: 'service',
      make: () =>
        node('runtime/agent/main.ts', {
          kubeconfig: installation.kubeconfig,
          control: controlSocket,
          store: objectStoreUrl,
          cache: join(state, 'runtime', 'cache'),
          'url-base': urls.runtime,
        }),
    },
  ]
}
