import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { InferenceModelSpec } from '#server/contracts/inference/inference-model.ts'
import { InferenceModelStatus } from '#server/contracts/inference/inference-model-status.ts'
import { KubeObject } from './kubernetes/objects.ts'
import { readObject } from './reading.ts'
import { startWorld, type World } from './testing/world.ts'

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

describe('the API server and the contract', () => {
  let world: World
  beforeAll(async () => {
    world = await startWorld()
  })
  afterAll(async () => {
    await world.close()
  })

  const digest = `sha256:${'a'.repeat(64)}`
  const version = { version: '1', modelRef: { digest } }
  const good = { tenant: 'ml', versions: [version] }
  const limits = { concurrency: 1, requestsPerSecond: 0.5, timeoutMilliseconds: 10 }
  const profile = (x: object) => ({ monitoring: { referenceProfile: { x } } })
  let count = 0
  const accepts = async (spec: unknown): Promise<boolean> => {
    count += 1
    return await world.create(`m-${count}`, Object(spec)).then(
      () => true,
      () => false,
    )
  }

  it.each([
    ['the least', good],
    ['all of it', { ...good, limits, batching: { maxBatch: 1, latencyBudgetMilliseconds: 1 } }],
    ['a shadow', { ...good, versions: [version, { ...version, version: '2', shadow: true }] }],
    ['a profile', { ...good, ...profile({ edges: [1], shares: [0.5, 0.5] }) }],
    ['no version', { ...good, versions: [] }],
    ['nine versions', { ...good, versions: Array.from({ length: 9 }, (_, at) => ({ ...version, version: `${at}` })) }],
    ['one version twice', { ...good, versions: [version, version] }],
    ['a weight of 101', { ...good, versions: [{ ...version, weight: 101 }] }],
    ['half a weight', { ...good, versions: [{ ...version, weight: 0.5 }] }],
    ['a short digest', { ...good, versions: [{ ...version, modelRef: { digest: 'sha256:aa' } }] }],
    ['a strange address', { ...good, versions: [{ ...version, modelRef: { digest, url: 'ftp://x/y' } }] }],
    ['no tenant', { versions: [version] }],
    ['a number for a version', { ...good, versions: [{ ...version, version: 1 }] }],
    ['no requests a second', { ...good, limits: { requestsPerSecond: 0 } }],
  ])('agree on %s', async (_, spec) => {
    expect(await accepts(spec)).toBe(InferenceModelSpec.safeParse(spec).success)
  })

  // These are rules (CEL) in the CRD. An API server that does not check them leaves it to the agent to refuse.
  it.each([
    ['weights of 0', { ...good, versions: [{ ...version, weight: 0 }] }],
    ['shadows only', { ...good, versions: [{ ...version, shadow: true }] }],
    ['a profile with too few shares', { ...good, ...profile({ edges: [1, 2], shares: [0.5, 0.5] }) }],
    ['a profile of both kinds', { ...good, ...profile({ edges: [1], shares: [0.5, 0.5], categories: { a: 1 } }) }],
    ['a profile of no kind', { ...good, ...profile({}) }],
  ])('leave it to the agent to refuse %s', (_, spec) => {
    expect(readObject(KubeObject.parse({ metadata: { name: 'm' }, spec }), undefined).fault?.reason).toBe('InvalidSpec')
  })

  it('agree on specs nobody thought of', async () => {
    const word = fc.constantFrom('1', 'v2', 'A', '', '-x', 'ml')
    const number = fc.oneof(fc.integer({ min: -1, max: 101 }), fc.constantFrom(0.5, 10, 600_001, '1'))
    const entry = fc.record(
      {
        version: word,
        modelRef: fc.constantFrom({ digest }, {}, { digest: 'x' }),
        weight: number,
        shadow: fc.boolean(),
      },
      { requiredKeys: ['version', 'modelRef'] },
    )
    const limits = fc.record(
      { concurrency: number, requestsPerSecond: number, timeoutMilliseconds: number },
      { requiredKeys: [] },
    )
    const spec = fc.record(
      { tenant: word, versions: fc.array(entry, { maxLength: 3 }), limits },
      { requiredKeys: ['tenant', 'versions'] },
    )
    await fc.assert(
      fc.asyncProperty(spec, async (candidate) => {
        const faults = InferenceModelSpec.safeParse(candidate).error?.issues ?? []
        const refusable = faults.filter((fault) => !fault.message.includes('nothing would be served'))
        expect(await accepts(candidate)).toBe(refusable.length === 0)
      }),
      { numRuns: 200 },
    )
  })
})
