import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { Ajv, type ValidateFunction } from 'ajv'
import ajvFormats from 'ajv-formats'
import { z } from 'zod'

const require = createRequire(import.meta.url)
const readJson = (name: string): unknown => JSON.parse(readFileSync(require.resolve(name), 'utf8'))

const Operation = z.looseObject({
  responses: z.record(
    z.string(),
    z.looseObject({ content: z.record(z.string(), z.unknown()).optional(), $ref: z.string().optional() }),
  ),
})
const Spec = z.looseObject({
  paths: z.record(z.string(), z.record(z.string(), Operation)),
  components: z.looseObject({ responses: z.record(z.string(), z.looseObject({})) }),
})

const newAjv = () => {
  const ajv = new Ajv({ strict: false, validateSchema: false, allErrors: true })
  ajvFormats.default(ajv)
  ajv.addFormat('uri-template', true)
  ajv.addFormat('timestamp', true)
  return ajv
}

/** OpenAPI 3.0 says "nullable" where JSON schema wants a type; ajv only knows it beside a type. */
function withNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withNulls)
  if (typeof value !== 'object' || value === null) return value
  const copy: Record<string, unknown> = Object.fromEntries(
    Object.entries(value).map(([key, child]) => [key, withNulls(child)]),
  )
  // The description says "one of" where several shapes fit; "any of" is what it means.
  if (copy.oneOf && !copy.anyOf) {
    copy.anyOf = copy.oneOf
    delete copy.oneOf
  }
  if (copy.nullable !== true) return copy
  const { nullable: _nullable, ...rest } = copy
  return { anyOf: [rest, { type: 'null' }] }
}

const openApi = withNulls(readJson('@octokit/openapi/generated/api.github.com.json'))
const spec = Spec.parse(openApi)
const rest = newAjv().addSchema(z.looseObject({}).parse(openApi), 'github')
const validators = new Map<string, ValidateFunction>()

const escapePointer = (part: string) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))

// Says that an installation belongs to somebody who is a user and an enterprise at once.
const misdescribed = new Set(['/app/installations'])

/** What every refusal looks like, also where the description leaves that status out. */
const BasicError = z.looseObject({ message: z.string().min(1), documentation_url: z.string() })

/** What is wrong with an answer by GitHub's own description; undefined when nothing is, or nothing is described. */
export function problemInAnswer(method: string, template: string, status: number, body: unknown): string | undefined {
  const operation = spec.paths[template]?.[method.toLowerCase()]
  if (!operation || misdescribed.has(template)) return undefined
  const answer = operation.responses[String(status)]
  if (!answer && status >= 400) return BasicError.safeParse(body).error?.message
  if (!answer) return status === 304 ? undefined : `${method} ${template} is not described with status ${status}`
  const pointer = answer.$ref
    ? answer.$ref
    : `#/${['paths', template, method.toLowerCase(), 'responses', String(status)].map(escapePointer).join('/')}`
  const content = answer.$ref ? spec.components.responses[answer.$ref.split('/').at(-1) ?? '']?.content : answer.content
  if (!content) return undefined
  const $ref = `github${pointer}/content/${escapePointer('application/json')}/schema`
  const validate = validators.get($ref) ?? rest.compile({ $ref })
  validators.set($ref, validate)
  return validate(body) ? undefined : `${method} ${template} ${status}: ${explain(validate)}`
}

const webhookSchema = newAjv().addSchema(z.looseObject({}).parse(readJson('@octokit/webhooks-schemas')), 'webhooks')

export function problemInWebhook(event: string, body: unknown): string | undefined {
  const { action } = z.looseObject({ action: z.string().optional() }).parse(body)
  const name = `${event}$${action ?? 'event'}`
  const validate =
    validators.get(name) ?? webhookSchema.compile({ $ref: `webhooks#/definitions/${escapePointer(name)}` })
  validators.set(name, validate)
  return validate(body) ? undefined : `${name}: ${explain(validate)}`
}

const explain = (validate: ValidateFunction) =>
  (validate.errors ?? [])
    .filter((error) => error.keyword !== 'anyOf' && error.keyword !== 'oneOf')
    .slice(0, 8)
    .map((error) => `${error.instancePath} ${error.message} ${JSON.stringify(error.params)}`)
    .join('; ')
