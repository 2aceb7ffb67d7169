import { type FieldError, invalidValue, tooLong } from '../http/status.ts'
import { type KubeObject, nameOf, object } from '../json.ts'
import type { Served } from '../kinds/catalogue.ts'

const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/
const label = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/
const qualifiedName = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/
const annotationsLimit = 256 * 1024

export const messages = {
  subdomain:
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
  label:
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
  qualifiedName:
    "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
  labelValue:
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')",
}

export function labelNameErrors(field: string, name: string, limit = 63): FieldError[] {
  if (name.length > limit) return [tooLongName(field, name, limit)]
  return label.test(name) ? [] : [invalidValue(field, name, messages.label)]
}

const tooLongName = (field: string, name: string, limit: number) =>
  invalidValue(
    field,
    name,
    `must be no more than ${limit} ${field === 'metadata.name' && limit === 63 ? 'characters' : 'bytes'}`,
  )

function nameErrors(kind: Served, name: string): FieldError[] {
  const field = 'metadata.name'
  if (kind.storage === '/namespaces' || kind.storage === '/services') return labelNameErrors(field, name)
  if (kind.group === 'rbac.authorization.k8s.io') {
    if (name === '.' || name === '..') return [invalidValue(field, name, `may not be '${name}'`)]
    const bad = ['/', '%'].find((part) => name.includes(part))
    return bad ? [invalidValue(field, name, `may not contain '${bad}'`)] : []
  }
  if (name.length > 253) return [tooLongName(field, name, 253)]
  return subdomain.test(name) ? [] : [invalidValue(field, name, messages.subdomain)]
}

function keyErrors(field: string, key: string): FieldError[] {
  const slash = key.indexOf('/')
  const prefix = slash < 0 ? undefined : key.slice(0, slash)
  const name = key.slice(slash + 1)
  if (prefix !== undefined && !(subdomain.test(prefix) && prefix.length <= 253)) {
    return [invalidValue(field, key, `prefix part ${messages.subdomain}`)]
  }
  if (name.length > 63) return [invalidValue(field, key, 'name part must be no more than 63 bytes')]
  return qualifiedName.test(name) ? [] : [invalidValue(field, key, messages.qualifiedName)]
}

export function labelErrors(field: string, labels: KubeObject['metadata']): FieldError[] {
  return Object.entries(labels).flatMap(([key, value]) => {
    const errors = keyErrors(field, key)
    if (typeof value !== 'string' || value === '') return errors
    if (value.length > 63) return [...errors, invalidValue(field, value, 'must be no more than 63 bytes')]
    return qualifiedName.test(value) ? errors : [...errors, invalidValue(field, value, messages.labelValue)]
  })
}

export function checkMetadata(kind: Served, value: KubeObject): FieldError[] {
  const annotations = object(value.metadata.annotations)
  const size = Object.entries(annotations).reduce(
    (sum, [key, text]) => sum + Buffer.byteLength(key) + Buffer.byteLength(String(text)),
    0,
  )
  return [
    ...nameErrors(kind, nameOf(value)),
    ...labelErrors('metadata.labels', object(value.metadata.labels)),
    ...Object.keys(annotations).flatMap((key) => keyErrors('metadata.annotations', key)),
    ...(size > annotationsLimit ? [tooLong('metadata.annotations', annotationsLimit)] : []),
  ]
}
