/** A pod's log: as it is, or as it grows. */
import { kinds, type LogOptions } from '../../ports/cluster.ts'
import { pathOf } from './wire/paths.ts'
import type { KubeRequest, Transport } from './wire/transport.ts'

const usualLimit = 2 ** 20
/** A quiet container writes nothing for long; the connection is what tells that it is still there. */
const untilAnswer = 30_000

const requestOf = (namespace: string, pod: string, options: LogOptions, follow: boolean): KubeRequest => {
  const text = (value: number | undefined) => (value === undefined ? undefined : String(value))
  return {
    method: 'GET',
    path: `${pathOf(kinds.pod, namespace, pod)}/log`,
    query: {
      container: options.container,
      previous: options.previous ? 'true' : undefined,
      follow: follow ? 'true' : undefined,
      tailLines: text(options.tailLines),
      sinceSeconds: text(options.sinceSeconds),
      limitBytes: text(options.limitBytes ?? (follow ? undefined : usualLimit)),
    },
    timeoutMilliseconds: untilAnswer,
  }
}

export async function readLog(transport: Transport, namespace: string, pod: string, options: LogOptions) {
  const answer = await transport.text(requestOf(namespace, pod, options, false))
  if (answer.status >= 300) throw transport.refused(answer.status, answer.text)
  return answer.text
}

export async function followLog(
  transport: Transport,
  namespace: string,
  pod: string,
  { onText, signal, ...options }: LogOptions & { onText: (text: string) => void; signal: AbortSignal },
): Promise<void> {
  const { status, stream } = await transport.open({ ...requestOf(namespace, pod, options, true), signal })
  try {
    stream.setEncoding('utf8')
    let refusal = ''
    for await (const chunk of stream) {
      if (status < 300) onText(String(chunk))
      else refusal += String(chunk)
    }
    if (status >= 300) throw transport.refused(status, refusal)
  } catch (error) {
    if (!signal.aborted) throw error
  }
}
