/** What a container is started with: its command, its variables, and folders in place of its volumes. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isNotFound } from '#sandbox/kube-client/api-error.ts'
import { at, isRecord } from '#sandbox/kube-client/fields.ts'
import type { KubeClient } from '#sandbox/kube-client/kube-client.ts'
import type { KubeObject } from '#sandbox/kube-client/objects.ts'
import type { Container, Pod } from './kinds.ts'
import type { PodAddress } from './pod-network.ts'

const TOKEN_SECONDS = 7 * 24 * 3600
export type Launch = { command: string; args: string[]; env: NodeJS.ProcessEnv; folder: string }
type Place = {
  client: KubeClient
  folder: string
  entrypoint: readonly string[]
  root: string
  address: PodAddress
  node: string
}

/** A fault in what the pod refers to; the container waits until it is mended. */
export class ConfigurationError extends Error {}

export const launchOf = async (pod: Pod, container: Container, place: Place): Promise<Launch> => {
  await mkdir(place.folder, { recursive: true })
  const mounts = await prepareVolumes(pod, container, place)
  // The container's own paths become the folders that stand for its volumes.
  const local = (text: string) => mounts.reduce((result, [path, folder]) => result.replaceAll(path, folder), text)
  const env = await variablesOf(pod, container, place)
  const expanded = (text: string) =>
    text.replace(/\$\(([A-Za-z_][\w.-]*)\)/g, (written, name: string) => env[name] ?? written)
  const entrypoint = container.command ?? place.entrypoint
  const [command = 'node', ...rest] = [...entrypoint, ...(container.args ?? [])].map((word) => local(expanded(word)))
  const args = await withAddress(rest, container, place.address)
  return {
    command: command === 'node' ? process.execPath : command,
    args,
    env: {
      NODE_ENV: 'production',
      ...Object.fromEntries(Object.entries(env).map(([name, value]) => [name, local(value)])),
    },
    folder: place.root,
  }
}

/** Everybody shares this machine's network, so a process listens on its pod's address only. */
const withAddress = async (args: readonly string[], container: Container, address: PodAddress): Promise<string[]> => {
  const result = [...args]
  for (const [index, word] of args.entries()) {
    const [flag, value] = word.startsWith('--') ? word.split('=') : [word]
    const next = value ?? args[index + 1]
    const put = (text: string) => {
      if (value === undefined) result[index + 1] = text
      else result[index] = `${flag}=${text}`
    }
    if (flag === '--host') put(address.ip)
    if (flag === '--port' && next) put(String(await address.portFor(Number(next))))
  }
  if (container.command) return result
  const given = (flag: string) => args.some((word) => word === flag || word.startsWith(`${flag}=`))
  const port = container.ports?.find((each) => each.name === 'http') ?? container.ports?.[0]
  if (!given('--host')) result.push('--host', address.ip)
  if (!given('--port') && port) result.push('--port', String(await address.portFor(port.containerPort)))
  return result
}

const variablesOf = async (pod: Pod, container: Container, place: Place): Promise<Record<string, string>> => {
  const namespace = pod.metadata.namespace ?? ''
  const env: Record<string, string> = {
    PATH: process.env.PATH ?? '',
    HOME: place.folder,
    HOSTNAME: pod.metadata.name,
    ...(await kubeconfigOf(pod, place)),
  }
  for (const source of container.envFrom ?? []) {
    const data = source.configMapRef
      ? await dataOf(place, 'ConfigMap', namespace, source.configMapRef.name)
      : await dataOf(place, 'Secret', namespace, source.secretRef?.name ?? '')
    for (const [key, value] of Object.entries(data ?? {})) env[`${source.prefix ?? ''}${key}`] = value
  }
  for (const { name, value, valueFrom } of container.env ?? []) {
    if (valueFrom?.fieldRef) env[name] = fieldOf(pod, valueFrom.fieldRef.fieldPath, place)
    else if (valueFrom?.configMapKeyRef)
      await putKey(env, name, 'ConfigMap', valueFrom.configMapKeyRef, namespace, place)
    else if (valueFrom?.secretKeyRef) await putKey(env, name, 'Secret', valueFrom.secretKeyRef, namespace, place)
    else
      env[name] = (value ?? '').replace(/\$\(([A-Za-z_][\w.-]*)\)/g, (written, other: string) => env[other] ?? written)
  }
  return env
}

type KeyReference = { name: string; key: string; optional?: boolean }
type Kind = 'ConfigMap' | 'Secret'

const putKey = async (
  env: Record<string, string>,
  name: string,
  kind: Kind,
  { name: object, key, optional }: KeyReference,
  namespace: string,
  place: Place,
): Promise<void> => {
  const value = (await dataOf(place, kind, namespace, object, optional))?.[key]
  if (value !== undefined) env[name] = value
  else if (!optional) throw new ConfigurationError(`couldn't find key ${key} in ${kind} ${namespace}/${object}`)
}

const dataOf = async (place: Place, kind: Kind, namespace: string, name: string, optional = false) => {
  const type = await place.client.discovery.require('v1', kind)
  const object = await place.client.get<KubeObject>(type, namespace, name).catch((error: unknown) => {
    if (isNotFound(error)) return undefined
    throw error
  })
  if (!object && !optional) throw new ConfigurationError(`${kind.toLowerCase()} "${name}" not found`)
  const data = at(object, 'data')
  const decode = (value: unknown) =>
    kind === 'Secret' ? Buffer.from(String(value), 'base64').toString('utf8') : String(value)
  return isRecord(data)
    ? Object.fromEntries(Object.entries(data).map(([key, value]) => [key, decode(value)]))
    : undefined
}

const fieldOf = (pod: Pod, path: string, { address, node }: Place): string => {
  const entry = /^metadata\.(labels|annotations)\['(.+)'\]$/.exec(path)
  if (entry) return String(at(pod.metadata, entry[1] ?? '', entry[2] ?? '') ?? '')
  const known: Record<string, string> = {
    'metadata.name': pod.metadata.name,
    'metadata.namespace': pod.metadata.namespace ?? '',
    'metadata.uid': pod.metadata.uid ?? '',
    'spec.nodeName': node,
    'spec.serviceAccountName': pod.spec?.serviceAccountName ?? 'default',
    'status.podIP': address.ip,
    'status.hostIP': '127.0.0.1',
  }
  return known[path] ?? ''
}

const prepareVolumes = async (pod: Pod, container: Container, place: Place): Promise<[string, string][]> => {
  const mounts: [string, string][] = []
  for (const mount of container.volumeMounts ?? []) {
    const volume = pod.spec?.volumes?.find((each) => each.name === mount.name)
    const folder = join(place.folder, 'volumes', mount.name)
    await mkdir(folder, { recursive: true })
    const kind = volume?.configMap ? 'ConfigMap' : volume?.secret ? 'Secret' : undefined
    if (kind) {
      const name = volume?.configMap?.name ?? volume?.secret?.secretName ?? ''
      const optional = volume?.configMap?.optional ?? volume?.secret?.optional ?? false
      const data = await dataOf(place, kind, pod.metadata.namespace ?? '', name, optional)
      for (const [key, value] of Object.entries(data ?? {})) await writeFile(join(folder, key), value, { mode: 0o600 })
    }
    mounts.push([mount.mountPath, mount.subPath ? join(folder, mount.subPath) : folder])
  }
  return mounts.sort(([a], [b]) => b.length - a.length)
}

/** Stands for the account's token that a pod finds mounted: a kubeconfig with no more rights than the account has. */
const kubeconfigOf = async (pod: Pod, place: Place): Promise<Record<string, string>> => {
  const account = pod.spec?.serviceAccountName ?? 'default'
  const path = `/api/v1/namespaces/${pod.metadata.namespace}/serviceaccounts/${account}/token`
  const body = {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    spec: { expirationSeconds: TOKEN_SECONDS },
  }
  // Without a token the pod runs all the same, as one whose account must not be mounted does.
  const answer = await place.client.send<{ status?: { token?: string } }>('POST', path, { body }).catch(() => undefined)
  const token = answer?.status?.token
  if (!token) return {}
  const file = join(place.folder, 'kubeconfig')
  await writeFile(file, JSON.stringify(place.client.kubeconfigWith(token), null, 2), { mode: 0o600 })
  return { KUBECONFIG: file }
}
