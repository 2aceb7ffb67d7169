import type { Json, JsonObject } from '../json.ts'

/** An error that leaves the server as a Kubernetes Status object. */
export class StatusError extends Error {
  readonly code: number
  readonly reason: string
  readonly details: JsonObject | undefined

  constructor(code: number, reason: string, message: string, details?: JsonObject) {
    super(message)
    this.code = code
    this.reason = reason
    this.details = details
  }

  get status(): JsonObject {
    return {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: this.message,
      ...(this.reason ? { reason: this.reason } : {}),
      ...(this.details ? { details: this.details } : {}),
      code: this.code,
    }
  }
}

type Resource = { group: string; plural: string; kind: string }

export const qualified = ({ plural, group }: Resource): string => (group ? `${plural}.${group}` : plural)

const detailsOf = (resource: Resource, name: string): JsonObject => ({
  ...(name ? { name } : {}),
  ...(resource.group ? { group: resource.group } : {}),
  kind: resource.plural,
})

export const notFound = (resource: Resource, name: string) =>
  new StatusError(404, 'NotFound', `${qualified(resource)} "${name}" not found`, detailsOf(resource, name))

export const alreadyExists = (resource: Resource, name: string) =>
  new StatusError(409, 'AlreadyExists', `${qualified(resource)} "${name}" already exists`, detailsOf(resource, name))

const modified = 'the object has been modified; please apply your changes to the latest version and try again'

export const conflict = (resource: Resource, name: string, why = modified) =>
  new StatusError(
    409,
    'Conflict',
    `Operation cannot be fulfilled on ${qualified(resource)} "${name}": ${why}`,
    detailsOf(resource, name),
  )

export const forbidden = (resource: Resource, name: string, why: string, causes?: Json[]) =>
  new StatusError(403, 'Forbidden', `${qualified(resource)}${name ? ` "${name}"` : ''} is forbidden: ${why}`, {
    ...detailsOf(resource, name),
    ...(causes ? { causes } : {}),
  })

export const badRequest = (message: string) => new StatusError(400, 'BadRequest', message)
export const unauthorized = () => new StatusError(401, 'Unauthorized', 'Unauthorized')
export const expired = (message: string) => new StatusError(410, 'Expired', message)
export const noSuchPath = () => new StatusError(404, 'NotFound', 'the server could not find the requested resource', {})
export const methodNotAllowed = () =>
  new StatusError(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource', {})
export const unsupportedMedia = (supported: string[]) =>
  new StatusError(
    415,
    'UnsupportedMediaType',
    `the body of the request was in an unknown format - accepted media types include: ${supported.join(', ')}`,
  )
export const notInSandbox = (what: string) =>
  new StatusError(
    501,
    'NotImplemented',
    `the sandbox does not implement ${what}; use a real cluster for it (the portal takes any kubeconfig)`,
  )

export type FieldError = { field: string; reason: string; message: string }

const fieldError =
  (reason: string) =>
  (field: string, message: string): FieldError => ({ field, reason, message })
const shown = (value: Json | undefined) => (value === undefined ? 'null' : JSON.stringify(value))

export const invalidValue = (field: string, value: Json | undefined, why: string) =>
  fieldError('FieldValueInvalid')(field, `Invalid value: ${shown(value)}${why ? `: ${why}` : ''}`)
export const required = (field: string, why = '') =>
  fieldError('FieldValueRequired')(field, `Required value${why ? `: ${why}` : ''}`)
export const duplicate = (field: string, value: Json) =>
  fieldError('FieldValueDuplicate')(field, `Duplicate value: ${shown(value)}`)
export const forbiddenField = (field: string, why: string) =>
  fieldError('FieldValueForbidden')(field, `Forbidden: ${why}`)
export const unsupported = (field: string, value: Json, supported: Json[]) =>
  fieldError('FieldValueNotSupported')(
    field,
    `Unsupported value: ${shown(value)}: supported values: ${supported.map(shown).join(', ')}`,
  )
export const tooLong = (field: string, limit: number, unit = 'bytes') =>
  fieldError('FieldValueTooLong')(field, `Too long: may not be more than ${limit} ${unit}`)
export const wrongType = (field: string, value: Json, why: string) =>
  fieldError('FieldValueTypeInvalid')(field, `Invalid value: ${shown(value)}: ${why}`)

export function invalid(resource: Resource, name: string, errors: FieldError[]): StatusError {
  const unique = [...new Map(errors.map((error) => [`${error.field}: ${error.message}`, error])).entries()]
  const summary = unique.map(([line]) => line)
  const kind = resource.group ? `${resource.kind}.${resource.group}` : resource.kind
  return new StatusError(
    422,
    'Invalid',
    `${kind} "${name}" is invalid: ${summary.length === 1 ? summary[0] : `[${summary.join(', ')}]`}`,
    {
      ...(name ? { name } : {}),
      ...(resource.group ? { group: resource.group } : {}),
      kind: resource.kind,
      causes: unique.map(([, { reason, message, field }]) => ({ reason, message, field })),
    },
  )
}

export const forbiddenPath = (why: string) => new StatusError(403, 'Forbidden', `forbidden: ${why}`, {})
