import { hostname } from 'node:os'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import type { S3Settings } from './files/sources.ts'

export type AgentOptions = {
  kubeconfig: string | undefined
  context: string | undefined
  control: string
  store: URL
  s3: S3Settings
  cache: string
  urlBase: string
  replica: string
  namespaceSelector: string | undefined
  allowUrls: string[]
  maxModelBytes: number
  leaseNamespace: string | undefined
  leaseSeconds: number
  host: string
  healthPort: number
  stallSeconds: number
}

export const usage = `usage: node runtime/agent/main.ts --control SOCKET --store URL --cache DIR --url-base URL
  --control SOCKET            the runtime's control socket
  --store URL                 where models lie by digest: file:///folder, http(s)://…, s3://bucket/prefix
                              (?region=…&endpoint=https://host:port&path-style=true;
                              what is left out, and credentials, come from the environment)
  --cache DIR                 where this agent keeps fetched files and its notes
  --url-base URL              where clients reach the runtime; goes into the status
  --kubeconfig FILE           default: KUBECONFIG, ~/.kube/config, or the pod's service account
  --context NAME              a context of the kubeconfig
  --replica NAME              this replica's name in the status (default: the host's name)
  --namespace-selector LABELS only namespaces with these labels
  --allow-url URL             a place besides the store from which a spec may fetch; may be repeated
  --max-model-bytes N         the largest file to fetch (default 2147483647)
  --lease-namespace NAME      where replicas keep their leases; without it, replicas that are gone stay in the status
  --lease-seconds N           how often the lease is renewed (default 10); a replica is gone after four times that
  --host HOST --health-port N where /healthz, /readyz and /metrics answer (default 127.0.0.1 and any free port)
  --stall-seconds N           how long a watch may be silent (default 90)`

const NAME = /^[a-z0-9]([-a-z0-9.]{0,61}[a-z0-9])?$/

/** Reports every fault at once. */
export const readOptions = (args: string[]): AgentOptions => {
  const { values } = parseArgs({
    args,
    options: {
      kubeconfig: { type: 'string' },
      context: { type: 'string' },
      control: { type: 'string' },
      store: { type: 'string' },
      cache: { type: 'string' },
      'url-base': { type: 'string' },
      replica: { type: 'string', default: hostname().toLowerCase() },
      'namespace-selector': { type: 'string' },
      'allow-url': { type: 'string', multiple: true, default: [] },
      'max-model-bytes': { type: 'string', default: String(2 ** 31 - 1) },
      'lease-namespace': { type: 'string' },
      'lease-seconds': { type: 'string', default: '10' },
      host: { type: 'string', default: '127.0.0.1' },
      'health-port': { type: 'string', default: '0' },
      'stall-seconds': { type: 'string', default: '90' },
    },
  })
  const faults: string[] = []
  const need = (name: 'control' | 'store' | 'cache' | 'url-base'): string => {
    const value = values[name]
    if (!value) faults.push(`--${name} is missing`)
    return value ?? ''
  }
  const number = (
    name: 'max-model-bytes' | 'health-port' | 'stall-seconds' | 'lease-seconds',
    least: number,
  ): number => {
    const value = Number(values[name])
    if (!Number.isFinite(value) || value < least) faults.push(`--${name} must be a number of at least ${least}`)
    return value
  }
  const address = addressOf(need('store'), faults)
  const options: AgentOptions = {
    kubeconfig: values.kubeconfig,
    context: values.context,
    control: need('control'),
    ...(address.protocol === 's3:' ? bucketOf(address, faults) : { store: address, s3: {} }),
    cache: resolve(need('cache')),
    urlBase: need('url-base'),
    replica: values.replica,
    namespaceSelector: values['namespace-selector'],
    allowUrls: values['allow-url'],
    maxModelBytes: number('max-model-bytes', 1),
    leaseNamespace: values['lease-namespace'],
    leaseSeconds: number('lease-seconds', 0.05),
    host: values.host,
    healthPort: number('health-port', 0),
    stallSeconds: number('stall-seconds', 1),
  }
  if (!NAME.test(options.replica))
    faults.push('--replica must be at most 63 lower-case letters, digits, dashes and dots')
  if (options.urlBase && !URL.canParse(options.urlBase)) faults.push('--url-base must be a URL')
  for (const url of options.allowUrls) if (!URL.canParse(url)) faults.push(`--allow-url ${url} is no URL`)
  if (faults.length > 0) throw new Error(`${faults.join('\n')}\n\n${usage}`)
  return options
}

/** A plain path is a folder. */
const addressOf = (store: string, faults: string[]): URL => {
  if (/^(file|https?|s3):\/\//.test(store) && URL.canParse(store)) return new URL(store)
  if (store.includes('://')) faults.push('--store must be a folder or start with file://, http://, https:// or s3://')
  return pathToFileURL(resolve(store))
}

/** As the portal writes it in OBJECT_STORE_URL, so that the same address does for both. */
const bucketOf = (address: URL, faults: string[]): { store: URL; s3: S3Settings } => {
  const store = new URL(address)
  store.search = ''
  const { region, endpoint, 'path-style': pathStyle, ...strange } = Object.fromEntries(address.searchParams)
  for (const name of Object.keys(strange)) faults.push(`--store takes region, endpoint and path-style, not "${name}"`)
  if (address.username || address.password)
    faults.push('--store must hold no credentials: give them as AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY')
  if (endpoint !== undefined && !/^https?:\/\/[^/]+\/?$/.test(endpoint))
    faults.push('--store has an endpoint that is not https://host[:port]')
  if (pathStyle !== undefined && pathStyle !== 'true' && pathStyle !== 'false')
    faults.push('--store has a path-style that is neither true nor false')
  return {
    store,
    s3: {
      ...(region && { region }),
      ...(endpoint && { endpoint }),
      ...(pathStyle && { pathStyle: pathStyle === 'true' }),
    },
  }
}
