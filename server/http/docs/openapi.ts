/** OpenAPI 3.1 from the contracts: what is described is what is parsed. */
import { z } from 'zod'
import type { Contract } from '../../contracts/contract.ts'
import { type ErrorCode, errorCodes, Problem } from '../../contracts/problem.ts'
import { ruleOf } from '../../permissions/table.ts'
import { catalogue, type Entry } from '../catalogue.ts'

type Json = { [key: string]: unknown }

export function openApi(portalUrl: string): Json {
  const paths: Record<string, Json> = {}
  for (const entry of catalogue) {
    const { path, method } = entry.contract
    paths[path] = { ...paths[path], [method.toLowerCase()]: operation(entry) }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Modelyard',
      version: '1',
      description:
        'Everything the portal does. Send an API token as `Authorization: Bearer …`. Lists are paged by `cursor`; ' +
        'errors are problem details with a stable `code` and what to do next.',
    },
    servers: [{ url: portalUrl }],
    security: [{ token: [] }, { session: [] }],
    tags: [...new Set(catalogue.map((entry) => entry.group))].map((name) => ({ name })),
    paths,
    components: {
      schemas: { Problem: schemaOf(Problem, 'output') },
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'A personal or team token' },
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: 'modelyard.session',
          description: 'A browser that is signed in',
        },
      },
    },
  }
}

function operation({ name, group, contract }: Entry): Json {
  const { method, upload } = contract
  const inQuery = method === 'GET' || method === 'DELETE' || upload !== undefined
  const input = schemaOf(contract.input, 'input')
  const inPath = [...contract.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '')
  const rule = ruleOf(contract.action)
  return {
    operationId: name,
    summary: contract.summary,
    tags: [group],
    ...(rule ? { description: `Lets one ${rule.summary}. ${tokenNeeds(rule.token)}` } : {}),
    parameters: [
      ...inPath.map((field) => parameter(input, field, 'path')),
      ...(inQuery ? fieldsBeside(input, inPath).map((field) => parameter(input, field, 'query')) : []),
      ...headersOf(contract),
    ],
    ...(upload
      ? { requestBody: { required: true, content: { [upload]: { schema: { type: 'string', format: 'binary' } } } } }
      : {}),
    ...(inQuery ? {} : { requestBody: jsonBody(input, inPath) }),
    responses: { ...success(contract), ...failures(contract) },
  }
}

const tokenNeeds = (scope: string | null) =>
  scope === null ? 'A token cannot do it.' : `A token needs the scope \`${scope}\`.`

function parameter(input: Json, name: string, where: 'path' | 'query'): Json {
  const schema = properties(input)[name] ?? { type: 'string' }
  const required = where === 'path' || requiredOf(input).includes(name)
  return { name, in: where, required, schema, ...describing(schema) }
}

const describing = (schema: unknown) =>
  schema && typeof schema === 'object' && 'description' in schema ? { description: schema.description } : {}

function headersOf({ method, versioned, upload, secret }: Contract): Json[] {
  const header = (name: string, required: boolean, description: string) => ({
    name,
    in: 'header',
    required,
    description,
    schema: { type: 'string' },
  })
  return [
    ...(versioned && method !== 'GET'
      ? [header('If-Match', true, 'The ETag of the version the change is made on')]
      : []),
    ...(method === 'POST' && !upload && !secret
      ? [header('Idempotency-Key', false, 'Makes it safe to send again: 8 to 200 visible characters, a new one each')]
      : []),
  ]
}

function jsonBody(input: Json, without: string[]): Json {
  const kept = Object.fromEntries(fieldsBeside(input, without).map((field) => [field, properties(input)[field]]))
  const required = requiredOf(input).filter((field) => !without.includes(field))
  const schema = 'properties' in input ? { ...input, properties: kept, required } : input
  return { required: required.length > 0 || !('properties' in input), content: { 'application/json': { schema } } }
}

function success({ status = 200, output, produces, versioned }: Contract): Json {
  if (status === 204) return { 204: { description: 'Done' } }
  const content = produces
    ? Object.fromEntries(produces.map((type) => [type, { schema: { type: 'string' } }]))
    : { 'application/json': { schema: schemaOf(output, 'output') } }
  const headers = versioned ? { ETag: { description: 'The version', schema: { type: 'string' } } } : undefined
  return { [status]: { description: status === 201 ? 'Made' : 'The answer', content, ...(headers ? { headers } : {}) } }
}

const always: ErrorCode[] = [
  'malformed_request',
  'unauthenticated',
  'forbidden',
  'invalid_input',
  'rate_limited',
  'internal',
  'database_unavailable',
]
const withBody: ErrorCode[] = ['payload_too_large', 'unsupported_media_type']

/** Every error an endpoint may answer with, in the order of their status. */
export function errorsOf({ method, path, upload, errors = [], versioned }: Contract): ErrorCode[] {
  const changes = method !== 'GET'
  const all = new Set<ErrorCode>([
    ...always,
    'not_found',
    'integration_unavailable',
    ...(changes ? (['foreign_origin', 'conflict'] as const) : []),
    ...(changes && method !== 'DELETE' ? withBody : []),
    ...(method === 'POST' && !upload ? (['idempotency_conflict'] as const) : []),
    ...(versioned && changes ? (['version_required', 'stale_version'] as const) : []),
    ...(path.includes('{team}') && changes ? (['wrong_state'] as const) : []),
    ...errors,
  ])
  return [...all].sort((a, b) => errorCodes[a] - errorCodes[b])
}

function failures(contract: Contract): Json {
  const byStatus = Map.groupBy(errorsOf(contract), (code) => errorCodes[code])
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => [
      status,
      {
        description: codes.join(', '),
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    ]),
  )
}

export function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema, ...rest } = z.toJSONSchema(schema, {
    io,
    unrepresentable: 'any',
    reused: 'inline',
    override: ({ jsonSchema }) => {
      // Many tools cannot read tuples: a list of so many entries, each of one of these kinds, says nearly as much.
      const { prefixItems } = jsonSchema
      if (!prefixItems) return
      delete jsonSchema.prefixItems
      Object.assign(jsonSchema, {
        items: { anyOf: prefixItems },
        minItems: prefixItems.length,
        maxItems: prefixItems.length,
      })
    },
  })
  return rest
}

function properties(schema: Json): Json {
  const found = schema.properties
  return found && typeof found === 'object' ? { ...found } : {}
}

const requiredOf = (schema: Json): string[] => (Array.isArray(schema.required) ? schema.required.map(String) : [])

const fieldsBeside = (schema: Json, taken: string[]) =>
  Object.keys(properties(schema)).filter((field) => !taken.includes(field))
