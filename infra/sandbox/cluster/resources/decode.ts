import type { Call } from '../call.ts'
import { badRequest, invalid, invalidValue, StatusError } from '../http/status.ts'
import { clone, isEmpty, isObject, type Json, type JsonObject, type KubeObject, nameOf, object, text } from '../json.ts'
import { apiVersionOf } from '../kinds/catalogue.ts'
import { formatQuantity, parseQuantity, quantityPattern } from '../rules/quantity.ts'
import { applyDefaults, check, prune } from '../schema/check.ts'
import { fieldSchema, mapDefinition, objectMeta, resolve, type Schema } from '../schema/schema.ts'
import { typeError } from '../schema/type-error.ts'

/** What the client sent as an object of this kind: right type, right place, without unknown fields. */
export function decode(call: Call, body: Json | undefined): KubeObject {
  const { kind, info, query, warnings } = call
  const apiVersion = apiVersionOf(kind)
  if (!isObject(body))
    throw badRequest(`the object provided is unrecognized (must be of type ${kind.kind}): the body is not an object`)
  const [givenVersion, givenKind] = [text(body.apiVersion) || apiVersion, text(body.kind) || kind.kind]
  if (givenVersion !== apiVersion || givenKind !== kind.kind) {
    if (!kind.builtIn && givenVersion !== apiVersion) {
      throw badRequest(
        `the API version in the data (${givenVersion}) does not match the expected API version (${apiVersion})`,
      )
    }
    if (!kind.builtIn)
      throw invalid({ ...kind, kind: givenKind }, nameOf(body), [
        invalidValue('kind', givenKind, `must be ${kind.kind}`),
      ])
    const why = `${givenVersion}, Kind=${givenKind} is not what this address takes (${apiVersion}, Kind=${kind.kind})`
    throw badRequest(
      `${givenKind} in version ${JSON.stringify(givenVersion.split('/').at(-1))} cannot be handled as a ${kind.kind}: ${why}`,
    )
  }
  const whole: KubeObject = { ...clone(body), apiVersion, kind: kind.kind, metadata: object(clone(body.metadata)) }
  const unknown: string[] = []
  whole.metadata = object(withoutEmpty(whole.metadata, undefined))
  const pruned = prune(
    kind.builtIn ? withoutEmpty(whole, resolve(kind.schema)) : whole,
    kind.builtIn
      ? resolve(kind.schema)
      : { ...kind.schema, 'x-kubernetes-preserve-unknown-fields': keepsAll(kind.schema) },
    '',
    unknown,
  )
  const sent: KubeObject = { ...object(pruned), apiVersion, kind: kind.kind, metadata: object(object(pruned).metadata) }

  const mode = query.get('fieldValidation') || 'Warn'
  const complaints = [...new Set(kind.builtIn ? unknown : unknown.sort())].map((path) => `unknown field "${path}"`)
  if (mode === 'Strict' && complaints.length > 0) {
    throw badRequest(
      `${kind.kind} in version "${kind.version}" cannot be handled as a ${kind.kind}: strict decoding error: ${complaints.join(', ')}`,
    )
  }
  if (mode === 'Warn') warnings.push(...complaints)

  const wrong = typeError(
    sent,
    kind.builtIn ? resolve(kind.schema) : { type: 'object', properties: { metadata: resolve(objectMeta) } },
    kind.kind,
  )
  if (wrong) throw badRequest(`${kind.kind} in version "${kind.version}" cannot be handled as a ${kind.kind}: ${wrong}`)
  if (kind.builtIn) canonicalise(kind, sent)
  checkPlace(call, sent)
  if (!kind.builtIn) Object.assign(sent, applyDefaults(sent, kind.schema))
  const errors = kind.builtIn
    ? []
    : check(withoutMetadata(sent), { ...kind.schema, required: kind.schema.required ?? [] }, '')
  if (errors.length > 0) throw invalid(kind, nameOf(sent) || info.name, errors)
  return sent
}

const keepsAll = (schema: Call['kind']['schema']) => schema['x-kubernetes-preserve-unknown-fields'] === true

const withoutMetadata = ({ metadata: _metadata, ...rest }: KubeObject) => ({ ...rest, metadata: {} })

function checkPlace({ kind, info }: Call, sent: KubeObject): void {
  const namespace = text(sent.metadata.namespace)
  if (kind.namespaced) {
    if (namespace !== '' && namespace !== info.namespace) {
      throw badRequest('the namespace of the provided object does not match the namespace sent on the request')
    }
    sent.metadata.namespace = info.namespace
  } else {
    if (namespace !== '')
      throw new StatusError(400, 'BadRequest', 'namespace may not be set on a cluster-scoped object')
    delete sent.metadata.namespace
  }
  const name = nameOf(sent)
  if (info.name !== '' && name !== '' && name !== info.name) {
    throw badRequest(`the name of the object (${name}) does not match the name on the URL (${info.name})`)
  }
}

/** What Go leaves out of built-in kinds, and so Kubernetes stores nothing of: nulls, empty lists and empty maps. */
function withoutEmpty(value: Json, schema: Schema | undefined): Json {
  if (Array.isArray(value)) {
    const items = schema?.items && resolve(schema.items)
    return value.map((item) => withoutEmpty(item, items))
  }
  if (!isObject(value)) return value
  const out: JsonObject = {}
  for (const [key, child] of Object.entries(value)) {
    if (child === null || child === undefined) continue
    const known = schema && fieldSchema(schema, key)
    const kept = withoutEmpty(child, known)
    const isContainer = Array.isArray(kept) || known?.additionalProperties !== undefined
    if (!isContainer || !isEmpty(kept) || schema?.required?.includes(key)) out[key] = kept
  }
  return out
}

/** Quantities are stored in one spelling; what is none cannot be read at all. */
function canonicalise(kind: Call['kind'], value: KubeObject): void {
  mapDefinition(value, resolve(kind.schema), 'Quantity', (quantity) => {
    const parsed = parseQuantity(quantity)
    if (parsed) return formatQuantity(parsed)
    throw badRequest(
      `${kind.kind} in version "${kind.version}" cannot be handled as a ${kind.kind}: ${quantityPattern}`,
    )
  })
}
