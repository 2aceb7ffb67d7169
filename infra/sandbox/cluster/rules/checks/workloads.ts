import { type FieldError, invalidValue, required, unsupported } from '../../http/status.ts'
import { at, isEmpty, type JsonObject, object, objects, text } from '../../json.ts'
import { matches } from '../../resources/selectors.ts'
import { labelErrors, labelNameErrors } from '../metadata.ts'
import { parseQuantity } from '../quantity.ts'
import { type Check, countErrors, duplicates, inBrackets, notNegative, oneOf, portErrors } from './common.ts'

function resources(value: JsonObject, path: string): FieldError[] {
  const limits = object(value.limits)
  const negative = ['limits', 'requests'].flatMap((part) =>
    Object.entries(object(value[part])).flatMap(([name, amount]) =>
      (parseQuantity(amount)?.nano ?? 0n) < 0n
        ? [invalidValue(inBrackets(`${path}.${part}`, name), amount, notNegative)]
        : [],
    ),
  )
  const above = Object.entries(object(value.requests)).flatMap(([name, amount]) => {
    const limit = parseQuantity(limits[name])
    const request = parseQuantity(amount)
    if (!limit || !request || request.nano <= limit.nano) return []
    return [invalidValue(`${path}.requests`, amount, `must be less than or equal to ${name} limit of ${limits[name]}`)]
  })
  return [...negative, ...above]
}

function pod(spec: JsonObject, path: string): FieldError[] {
  const containers = objects(spec.containers)
  const volumes = objects(spec.volumes)
  const known = volumes.map((volume) => text(volume.name))
  const mounts = containers.flatMap((container, index) =>
    objects(container.volumeMounts).flatMap((mount, position) =>
      known.includes(text(mount.name))
        ? []
        : [
            {
              field: `${path}.containers[${index}].volumeMounts[${position}].name`,
              reason: 'FieldValueNotFound',
              message: `Not found: ${JSON.stringify(mount.name ?? '')}`,
            },
          ],
    ),
  )
  return [
    ...(containers.length === 0 ? [required(`${path}.containers`)] : []),
    ...duplicates(containers, `${path}.containers`),
    ...duplicates(volumes, `${path}.volumes`),
    ...mounts,
    ...oneOf(spec, path, 'restartPolicy', ['Always', 'OnFailure', 'Never']),
    ...oneOf(spec, path, 'dnsPolicy', ['ClusterFirst', 'ClusterFirstWithHostNet', 'Default', 'None']),
    ...countErrors(spec, path, 'terminationGracePeriodSeconds'),
  ]
}

const named: Check = (value, path) =>
  text(value.name) === '' ? [required(`${path}.name`)] : labelNameErrors(`${path}.name`, text(value.name))

const workload =
  (kind: string, restart = true): Check =>
  (spec, path) => {
    const labels = at(spec, 'template', 'metadata', 'labels')
    const selector = spec.selector
    const errors = countErrors(spec, path, 'replicas', 'minReadySeconds', 'revisionHistoryLimit')
    if (selector === undefined) errors.push(required(`${path}.selector`))
    else if (isEmpty(object(selector).matchLabels) && isEmpty(object(selector).matchExpressions)) {
      errors.push(invalidValue(`${path}.selector`, selector, `empty selector is invalid for ${kind}`))
    }
    if (selector === undefined || !matches(selector, object(labels))) {
      errors.push(
        invalidValue(`${path}.template.metadata.labels`, labels, '`selector` does not match template `labels`'),
      )
    }
    const policy = at(spec, 'template', 'spec', 'restartPolicy')
    if (restart && policy !== undefined && policy !== 'Always')
      errors.push(unsupported(`${path}.template.spec.restartPolicy`, policy, ['Always']))
    return errors
  }

export const workloadChecks: Record<string, Check> = {
  ObjectMeta: (metadata, path) => (path === 'metadata' ? [] : labelErrors(`${path}.labels`, object(metadata.labels))),
  Container: (container, path) => [
    ...named(container, path),
    ...(text(container.image) === '' ? [required(`${path}.image`)] : []),
    ...oneOf(container, path, 'imagePullPolicy', ['Always', 'IfNotPresent', 'Never']),
  ],
  ContainerPort: (port, path) => [
    ...(port.containerPort === undefined
      ? [required(`${path}.containerPort`)]
      : portErrors(port.containerPort, `${path}.containerPort`)),
    ...oneOf(port, path, 'protocol', ['SCTP', 'TCP', 'UDP']),
  ],
  Volume: named,
  ResourceRequirements: resources,
  PodSpec: pod,
  DeploymentSpec: workload('deployment'),
  ReplicaSetSpec: workload('replicaset'),
  StatefulSetSpec: workload('statefulset'),
  DaemonSetSpec: workload('daemonset'),
  JobSpec: (spec, path) => [
    ...countErrors(spec, path, 'parallelism', 'completions', 'backoffLimit'),
    ...(at(spec, 'template', 'spec', 'restartPolicy') === 'Always'
      ? [
          {
            field: `${path}.template.spec.restartPolicy`,
            reason: 'FieldValueRequired',
            message: 'Required value: valid values: "OnFailure", "Never"',
          },
        ]
      : []),
  ],
}
