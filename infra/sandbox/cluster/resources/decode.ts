import type { Call } from '../call.ts'
import { badRequest, invalid, invalidValue, StatusError } from '../http/status.ts'
import { clone, isObject, type Json, type KubeObject, nameOf, object, text } from '../json.ts'
import { apiVersionOf } from '../kinds/catalogue.ts'
import { formatQuantity, parseQuantity, quantityPattern } from '../rules/quantity.ts'
import { applyDefaults, check, prune } from '../schema/check.ts'
import { mapDefinition, objectMeta, resolve } from '../schema/schema.ts'
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
  whole.metadata = object(withoutNulls(whole.metadata))
  const pruned = prune(
    kind.builtIn ? withoutNulls(whole) : whole,
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

/** In a built-in kind a field set to null is a field left out; a custom schema may say otherwise. */
function withoutNulls(value: Json): Json {
  if (Array.isArray(value)) return value.map(withoutNulls)
  if (!isObject(value)) return value
  const kept = Object.entries(value).filter(([, child]) => child !== null && child !== undefined)
  return Object.fromEntries(kept.map(([key, child]) => [key, withoutNulls(child ?? null)]))
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
