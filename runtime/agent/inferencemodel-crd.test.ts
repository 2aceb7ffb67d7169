import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { InferenceModelSpec } from '#server/contracts/inference/inference-model.ts'
import { InferenceModelStatus } from '#server/contracts/inference/inference-model-status.ts'
import { crdContract } from './testing/crd.contract.ts'
import { startWorld } from './testing/world.ts'

const Schema: z.ZodType<JsonSchema> = z.lazy(() =>
  z.object({
    properties: z.record(z.string(), Schema).optional(),
    items: Schema.optional(),
    required: z.array(z.string()).optional(),
    anyOf: z.array(Schema).optional(),
  }),
)
type JsonSchema = {
  properties?: Record<string, JsonSchema> | undefined
  items?: JsonSchema | undefined
  required?: string[] | undefined
  anyOf?: JsonSchema[] | undefined
}

const crd = parse(readFileSync(new URL('./inferencemodel-crd.yaml', import.meta.url), 'utf8'))
const ofCrd = Schema.parse(crd.spec.versions[0].schema.openAPIV3Schema).properties ?? {}

/** Every path of a schema, with a mark where a field is required. */
const paths = (schema: JsonSchema, at = ''): string[] => [
  ...Object.entries(schema.properties ?? {}).flatMap(([name, child]) => {
    const path = `${at}.${name}${schema.required?.includes(name) ? '!' : ''}`
    return [path, ...paths(child, path)]
  }),
  ...(schema.items ? paths(schema.items, `${at}[]`) : []),
]
const ofZod = (type: z.ZodType): JsonSchema =>
  Schema.parse(z.toJSONSchema(type, { io: 'input', unrepresentable: 'any' }))

describe('the CRD', () => {
  it('has the fields of the contract, and requires the same ones', () => {
    expect(paths(ofCrd.spec ?? {}).sort()).toEqual(paths(ofZod(InferenceModelSpec)).sort())
    expect(paths(ofCrd.status ?? {}).sort()).toEqual(paths(ofZod(InferenceModelStatus)).sort())
  })
})

describe('the API server and the contract', () => crdContract(startWorld, false))
