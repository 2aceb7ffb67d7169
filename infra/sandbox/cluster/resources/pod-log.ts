import { type IncomingMessage, request } from 'node:http'
import { pipeline } from 'node:stream/promises'
import type { Call } from '../call.ts'
import { badRequest, StatusError } from '../http/status.ts'
import { at, type KubeObject, nameOf, namespaceOf, object, objects, text } from '../json.ts'

export const logAnnotation = 'sandbox.modelyard.dev/log-url'

/** Logs live with the kubelet. It publishes where, on the pod or on its node; this only passes them through. */
export async function podLog({ cluster, query, response }: Call, pod: KubeObject): Promise<void> {
  const names = [...objects(at(pod, 'spec', 'containers')), ...objects(at(pod, 'spec', 'initContainers'))].map((one) =>
    text(one.name),
  )
  const container = query.get('container') ?? names[0] ?? ''
  if (!query.has('container') && objects(at(pod, 'spec', 'containers')).length > 1) {
    throw badRequest(`a container name must be specified for pod ${nameOf(pod)}, choose one of: [${names.join(' ')}]`)
  }
  if (!names.includes(container)) throw badRequest(`container ${container} is not valid for pod ${nameOf(pod)}`)
  const node = text(at(pod, 'spec', 'nodeName'))
  const onNode = object(at(cluster.store.get('/nodes', node), 'metadata', 'annotations'))[logAnnotation]
  const base = text(object(pod.metadata.annotations)[logAnnotation]) || text(onNode)
  if (!node && !base) {
    response.writeHead(204).end()
    return
  }
  if (!base) {
    throw badRequest(`container "${container}" in pod "${nameOf(pod)}" is waiting to start: its node publishes no logs`)
  }
  const url = new URL(`${base.replace(/\/$/, '')}/containerLogs/${namespaceOf(pod)}/${nameOf(pod)}/${container}`)
  for (const [key, value] of query) url.searchParams.set(key, value)
  await new Promise<void>((resolve, reject) => {
    const upstream = request(url, (answer) => {
      if (answer.statusCode === 400) return void textOf(answer).then((said) => reject(badRequest(said)), reject)
      response.writeHead(answer.statusCode ?? 502, { 'content-type': 'text/plain' })
      pipeline(answer, response).then(resolve, resolve)
    })
    response.once('close', () => upstream.destroy())
    upstream.once('error', (error) => reject(new StatusError(500, 'InternalError', `Get "${url}": ${error.message}`)))
    upstream.end()
  })
}

async function textOf(stream: IncomingMessage): Promise<string> {
  let said = ''
  for await (const part of stream) said += String(part)
  return said
}
