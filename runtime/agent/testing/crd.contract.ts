import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { InferenceModelSpec } from '#server/contracts/inference/inference-model.ts'
import { KubeObject } from '../kubernetes/objects.ts'
import { readObject } from '../reconcile/reading.ts'
import type { World } from './world.ts'

/**
 * The API server and our contract take and refuse the same specs. Some of it is said by rules (CEL), which not every
 * API server checks: then it is left to the agent to refuse.
 */
export const crdContract = (start: () => Promise<World>, checksRules: boolean): void => {
  let world: World
  beforeAll(async () => {
    world = await start()
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

  it.each([
    ['weights of 0', { ...good, versions: [{ ...version, weight: 0 }] }],
    ['shadows only', { ...good, versions: [{ ...version, shadow: true }] }],
    ['a profile with too few shares', { ...good, ...profile({ edges: [1, 2], shares: [0.5, 0.5] }) }],
    ['a profile of both kinds', { ...good, ...profile({ edges: [1], shares: [0.5, 0.5], categories: { a: 1 } }) }],
    ['a profile of no kind', { ...good, ...profile({}) }],
  ])('refuse %s, one or the other', async (_, spec) => {
    expect(await accepts(spec)).toBe(!checksRules)
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
        const refusable = faults.filter((fault) => checksRules || !fault.message.includes('nothing would be served'))
        expect(await accepts(candidate)).toBe(refusable.length === 0)
      }),
      { numRuns: 200 },
    )
  })
}
