/** A pod's log as it is now. */
import { kinds, type LogOptions } from '../../ports/cluster.ts'
import { pathOf } from './wire/paths.ts'
import type { Transport } from './wire/transport.ts'

const usualLimit = 2 ** 20

export async function readLog(transport: Transport, namespace: string, pod: string, options: LogOptions) {
  const text = (value: number | undefined) => (value === undefined ? undefined : String(value))
  const answer = await transport.text({
    method: 'GET',
    path: `${pathOf(kinds.pod, namespace, pod)}/log`,
    query: {
      container: options.container,
      previous: options.previous ? 'true' : undefined,
      tailLines: text(options.tailLines),
      sinceSeconds: text(options.sinceSeconds),
      limitBytes: text(options.limitBytes ?? usualLimit),
    },
    timeoutMilliseconds: 30_000,
  })
  if (answer.status >= 300) throw transport.refused(answer.status, answer.text)
  return answer.text
}
