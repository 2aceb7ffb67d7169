// Pod security standards by namespace label: pods are refused, the templates that would make such pods get a warning.
import type { Call } from '../call.ts'
import { forbidden } from '../http/status.ts'
import {
  at,
  equal,
  isObject,
  type Json,
  type JsonObject,
  type KubeObject,
  labelsOf,
  nameOf,
  objects,
  text,
  texts,
} from '../json.ts'

const prefix = 'pod-security.kubernetes.io/'
const templatePaths: Record<string, string[]> = {
  '/replicationcontrollers': ['spec', 'template', 'spec'],
  'apps/deployments': ['spec', 'template', 'spec'],
  'apps/replicasets': ['spec', 'template', 'spec'],
  'apps/statefulsets': ['spec', 'template', 'spec'],
  'apps/daemonsets': ['spec', 'template', 'spec'],
  'batch/jobs': ['spec', 'template', 'spec'],
  'batch/cronjobs': ['spec', 'jobTemplate', 'spec', 'template', 'spec'],
}

export function checkPodSecurity(
  { cluster, kind, info, warnings }: Call,
  value: KubeObject,
  live: KubeObject | undefined,
): void {
  const isPod = kind.storage === '/pods'
  const path = isPod ? ['spec'] : templatePaths[kind.storage]
  const labels = labelsOf(cluster.store.get('/namespaces', info.namespace) ?? {})
  const spec = path && at(value, ...path)
  if (!path || !isObject(spec) || (isPod && live && equal(spec, at(live, ...path)))) return
  const verdict = (mode: string) => {
    const level = text(labels[`${prefix}${mode}`]) || 'privileged'
    const found = violations(spec, level)
    const version = text(labels[`${prefix}${mode}-version`]) || 'latest'
    return found.length > 0
      ? `violate${mode === 'enforce' ? 's' : ''} PodSecurity "${level}:${version}": ${found.join(', ')}`
      : undefined
  }
  const refused = isPod ? verdict('enforce') : undefined
  if (refused) throw forbidden(kind, nameOf(value), refused)
  const warned = verdict('warn')
  if (warned) warnings.push(`would ${warned}`)
}

const quoted = (names: string[]) => names.map((name) => `"${name}"`).join(', ')
const called = (names: string[]) => `container${names.length === 1 ? '' : 's'} ${quoted(names)}`

function violations(spec: JsonObject, level: string): string[] {
  if (level !== 'baseline' && level !== 'restricted') return []
  const containers = ['initContainers', 'containers', 'ephemeralContainers'].flatMap((field) => objects(spec[field]))
  const security =
    (...path: string[]) =>
    (container: JsonObject) =>
      at(container, 'securityContext', ...path)
  const those = (bad: (container: JsonObject) => boolean) =>
    containers.filter(bad).map((container) => text(container.name))
  const found: string[] = []
  const report = (reason: string, names: string[], detail: (names: string[]) => string) => {
    if (names.length > 0) found.push(`${reason} (${detail(names)})`)
  }

  const added = (container: JsonObject) => texts(security('capabilities', 'add')(container))
  const extra = (allowed: string[]) => (container: JsonObject) => added(container).some((one) => !allowed.includes(one))
  const extras = (allowed: string[]) =>
    quoted([...new Set(containers.flatMap(added).filter((one) => !allowed.includes(one)))].sort())
  if (level === 'baseline') {
    report(
      'non-default capabilities',
      those(extra(defaultCapabilities)),
      (names) => `${called(names)} must not include ${extras(defaultCapabilities)} in securityContext.capabilities.add`,
    )
  }
  report(
    'host namespaces',
    ['hostNetwork', 'hostPID', 'hostIPC'].filter((field) => spec[field] === true),
    (fields) => fields.map((field) => `${field}=true`).join(', '),
  )
  const hostPaths = objects(spec.volumes)
    .filter((volume) => volume.hostPath !== undefined)
    .map((volume) => text(volume.name))
  if (level === 'baseline')
    report('hostPath volumes', hostPaths, (names) => `volume${names.length === 1 ? '' : 's'} ${quoted(names)}`)
  const hostPorts = (container: JsonObject) =>
    objects(container.ports).flatMap(({ hostPort }) => (hostPort ? [String(hostPort)] : []))
  report(
    'hostPort',
    those((one) => hostPorts(one).length > 0),
    (names) => {
      const ports = [...new Set(containers.flatMap(hostPorts))].sort()
      return `${called(names)} ${names.length === 1 ? 'uses' : 'use'} ${ports.length === 1 ? 'hostPort' : 'hostPorts'} ${ports.join(', ')}`
    },
  )
  report(
    'privileged',
    those((one) => security('privileged')(one) === true),
    (names) => `${called(names)} must not set securityContext.privileged=true`,
  )
  return level === 'baseline' ? found : [...found, ...restricted(spec, containers)]
}

const defaultCapabilities = [
  'AUDIT_WRITE',
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'MKNOD',
  'NET_BIND_SERVICE',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
]
const plainVolumes = [
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'image',
  'persistentVolumeClaim',
  'projected',
  'secret',
]

function restricted(spec: JsonObject, containers: JsonObject[]): string[] {
  const setting = (owner: JsonObject, ...path: string[]): Json | undefined => at(owner, 'securityContext', ...path)
  const those = (bad: (container: JsonObject) => boolean) =>
    containers.filter(bad).map((container) => text(container.name))
  const found: string[] = []
  const escalating = those((one) => setting(one, 'allowPrivilegeEscalation') !== false)
  if (escalating.length > 0)
    found.push(
      `allowPrivilegeEscalation != false (${called(escalating)} must set securityContext.allowPrivilegeEscalation=false)`,
    )

  const added = (one: JsonObject) =>
    texts(setting(one, 'capabilities', 'add')).filter((name) => name !== 'NET_BIND_SERVICE')
  const undropped = those((one) => !texts(setting(one, 'capabilities', 'drop')).includes('ALL'))
  const adding = those((one) => added(one).length > 0)
  const details = [
    ...(undropped.length > 0 ? [`${called(undropped)} must set securityContext.capabilities.drop=["ALL"]`] : []),
    ...(adding.length > 0
      ? [
          `${called(adding)} must not include ${quoted([...new Set(containers.flatMap(added))].sort())} in securityContext.capabilities.add`,
        ]
      : []),
  ]
  if (details.length > 0) found.push(`unrestricted capabilities (${details.join('; ')})`)

  const volumes = objects(spec.volumes).filter(
    (volume) => !Object.keys(volume).some((key) => plainVolumes.includes(key)),
  )
  if (volumes.length > 0) {
    const types = [
      ...new Set(volumes.map((volume) => Object.keys(volume).find((key) => key !== 'name') ?? 'unknown')),
    ].sort()
    const names = quoted(volumes.map((volume) => text(volume.name)))
    found.push(
      `restricted volume types (volume${volumes.length === 1 ? ` ${names} uses` : `s ${names} use`} restricted volume type${types.length === 1 ? '' : 's'} ${quoted(types)})`,
    )
  }

  const either = (
    reason: string,
    path: string[],
    good: (value: Json) => boolean,
    forbiddenText: (bad: Json[]) => string,
    wantedText: string,
  ) => {
    const own = setting(spec, ...path)
    const isBad = (value: Json | undefined) => value !== undefined && !good(value)
    const wrong = those((one) => isBad(setting(one, ...path)))
    const setters = [...(isBad(own) ? ['pod'] : []), ...(wrong.length > 0 ? [called(wrong)] : [])]
    const values = [own, ...containers.map((one) => setting(one, ...path))].flatMap((value) =>
      value !== undefined && isBad(value) ? [value] : [],
    )
    const silent = own !== undefined && good(own) ? [] : those((one) => setting(one, ...path) === undefined)
    if (setters.length > 0) found.push(`${reason} (${setters.join(' and ')} must not set ${forbiddenText(values)})`)
    else if (silent.length > 0 && wantedText) found.push(`${reason} (pod or ${called(silent)} must set ${wantedText})`)
  }
  either(
    'runAsNonRoot != true',
    ['runAsNonRoot'],
    (value) => value === true,
    () => 'securityContext.runAsNonRoot=false',
    'securityContext.runAsNonRoot=true',
  )
  either(
    'runAsUser=0',
    ['runAsUser'],
    (value) => value !== 0,
    () => 'runAsUser=0',
    '',
  )
  either(
    'seccompProfile',
    ['seccompProfile', 'type'],
    (value) => value === 'RuntimeDefault' || value === 'Localhost',
    (values) => `securityContext.seccompProfile.type to ${quoted([...new Set(values.map(String))].sort())}`,
    'securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"',
  )
  return found
}
