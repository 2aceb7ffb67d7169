import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Cluster } from '../call.ts'
import { aggregated, group, groupList, resourceList, serverVersion } from './discovery.ts'
import { openApiDocument, openApiIndex } from './openapi.ts'
import { sendObject } from './respond.ts'
import { notInSandbox } from './status.ts'

const aggregatedType =
  /application\/json;(?=[^,]*g=apidiscovery\.k8s\.io)(?=[^,]*v=v2(?![\w]))(?=[^,]*as=APIGroupDiscoveryList)/

/** Discovery, version, health, OpenAPI: everything that is no resource. */
export async function answerOther(
  { catalogue }: Cluster,
  request: IncomingMessage,
  response: ServerResponse,
  path: string[],
): Promise<void> {
  const send = (value: Parameters<typeof sendObject>[2]) => sendObject(response, 200, value)
  const wantsAll = aggregatedType.test(request.headers.accept ?? '')
  const [root, first, second] = path
  switch (root) {
    case undefined:
      return send({ paths: ['/api', '/apis', '/healthz', '/livez', '/openapi/v3', '/readyz', '/version'] })
    case 'version':
      return send(serverVersion)
    case 'healthz':
    case 'livez':
    case 'readyz':
      response.writeHead(200, { 'content-type': 'text/plain' }).end('ok')
      return
    case 'api':
    case 'apis': {
      const isCore = root === 'api'
      if (first === undefined && wantsAll) {
        response.setHeader('vary', 'Accept')
        response.writeHead(200, {
          'content-type': 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList',
        })
        response.end(JSON.stringify(aggregated(catalogue, isCore)))
        return
      }
      if (first === undefined)
        return send(
          isCore ? { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [] } : groupList(catalogue),
        )
      if (isCore) return send(resourceList(catalogue, '', first))
      if (second === undefined) return send({ kind: 'APIGroup', apiVersion: 'v1', ...group(catalogue, first) })
      return send(resourceList(catalogue, first, second))
    }
    case 'openapi':
      if (first === 'v3')
        return send(path.length === 2 ? openApiIndex(catalogue) : openApiDocument(catalogue, path.slice(2).join('/')))
      throw notInSandbox('OpenAPI v2; OpenAPI v3 is at /openapi/v3')
    default:
      response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8' }).end('404 page not found\n')
  }
}
