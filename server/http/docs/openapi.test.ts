import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { catalogue } from '../catalogue.ts'
import { describeApi } from './describe.ts'
import { openApi } from './openapi.ts'

const Parameter = z.object({
  name: z.string(),
  in: z.enum(['path', 'query', 'header']),
  required: z.boolean(),
  schema: z.looseObject({}),
})
const Operation = z.object({
  operationId: z.string(),
  summary: z.string(),
  parameters: z.array(Parameter),
  requestBody: z.looseObject({}).optional(),
  responses: z.record(z.string(), z.looseObject({ description: z.string() })),
})
const Document = z.object({ openapi: z.literal('3.1.0'), paths: z.record(z.string(), z.record(z.string(), Operation)) })
const document = Document.parse(openApi('https://portal.example'))
const operation = (path: string, method: string) => document.paths[path]?.[method]

describe('the OpenAPI document', () => {
  it('has every endpoint once, by a name of its own', () => {
    const operations = Object.values(document.paths).flatMap((path) => Object.values(path))
    expect(operations).toHaveLength(catalogue.length)
    expect(new Set(operations.map((each) => each.operationId)).size).toBe(catalogue.length)
  })

  it('has a parameter for each part of a path', () => {
    for (const [path, methods] of Object.entries(document.paths)) {
      const names = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1])
      for (const { parameters } of Object.values(methods)) {
        expect(parameters.filter((each) => each.in === 'path').map((each) => each.name)).toEqual(names)
      }
    }
  })

  it('puts what is left into the query or the body', () => {
    expect(operation('/api/v1/requests', 'get')?.parameters.map((each) => each.name)).toContain('waitingForMe')
    expect(operation('/api/v1/teams/{team}', 'patch')?.requestBody).toMatchObject({
      content: { 'application/json': { schema: { properties: { costCentre: {} }, additionalProperties: false } } },
    })
    expect(JSON.stringify(operation('/api/v1/teams/{team}', 'patch')?.requestBody)).not.toContain('"team"')
  })

  it('names the errors of each endpoint by status', () => {
    expect(operation('/api/v1/teams', 'post')?.responses).toMatchObject({
      201: {},
      409: { description: expect.stringContaining('name_taken') },
      422: { description: expect.stringContaining('invalid_input') },
    })
  })

  it('asks for the version where a change needs one', () => {
    expect(operation('/api/v1/teams/{team}', 'patch')?.parameters).toContainEqual(
      expect.objectContaining({ name: 'If-Match', required: true }),
    )
  })

  it('can be told in words', () => {
    const { groups } = describeApi()
    const endpoints = groups.flatMap((group) => group.endpoints)
    expect(endpoints.find((each) => each.name === 'createTeam')).toMatchObject({
      who: 'Platform admin',
      tokenScope: 'teams',
      errors: expect.arrayContaining([{ code: 'name_taken', status: 409 }]),
    })
    expect(endpoints.filter((each) => each.who === 'Nobody')).toEqual([])
    const fields = endpoints.find((each) => each.name === 'submitRequest')?.fields
    expect(fields?.find((each) => each.name === 'reason')).toMatchObject({
      where: 'body',
      required: true,
      type: 'string',
    })
    expect(fields?.find((each) => each.name === 'quota')).toMatchObject({ required: false })
  })
})
