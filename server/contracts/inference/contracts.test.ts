import { describe, expect, it } from 'vitest'
import { InferenceModel, InferenceModelSpec } from './inference-model.ts'
import { describeModel } from './model-description.ts'
import { ReferenceFeature } from './monitoring.ts'
import { servedNameOf, storeKeyOf } from './names.ts'
import { InferRequest } from './protocol.ts'

const digest = `sha256:${'a'.repeat(64)}`
const version = (name: string, more: object = {}) => ({ version: name, modelRef: { digest }, ...more })
const faultsOf = (spec: unknown): string[] =>
  InferenceModelSpec.safeParse(spec).error?.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`) ?? []

describe('an InferenceModel', () => {
  it('fills in weight and shadow', () => {
    const spec = InferenceModelSpec.parse({ tenant: 'ml', versions: [version('1')] })
    expect(spec.versions).toEqual([{ version: '1', modelRef: { digest }, weight: 100, shadow: false }])
  })

  it('refuses two entries for one version', () => {
    expect(faultsOf({ tenant: 'ml', versions: [version('1'), version('1')] })).toEqual([
      'versions: names version "1" twice',
    ])
  })

  it('refuses weights that leave nobody to answer, shadows counted out', () => {
    const versions = [version('1', { weight: 0 }), version('2', { weight: 100, shadow: true })]
    expect(faultsOf({ tenant: 'ml', versions })[0]).toContain('nothing would be served')
  })

  it.each(['', 'sha256:', `sha256:${'A'.repeat(64)}`, `md5:${'a'.repeat(64)}`, `${digest}\n`])(
    'refuses the digest %j',
    (bad) => {
      expect(faultsOf({ tenant: 'ml', versions: [{ version: '1', modelRef: { digest: bad } }] })).toHaveLength(1)
    },
  )

  it.each(['ftp://host/x', 'javascript:alert(1)', 'file:///a b', '/etc/passwd', 'http://'])(
    'refuses the address %j',
    (url) => {
      expect(faultsOf({ tenant: 'ml', versions: [{ version: '1', modelRef: { digest, url } }] })).toHaveLength(1)
    },
  )

  it.each(['Churn', '-a', 'a-', 'a.b', '', 'a'.repeat(64), '../x', 'a\n'])('refuses the name %j', (name) => {
    const object = {
      apiVersion: 'inference.modelyard.dev/v1alpha1',
      kind: 'InferenceModel',
      metadata: { name },
      spec: { tenant: 'ml', versions: [version('1')] },
    }
    expect(InferenceModel.safeParse(object).success).toBe(false)
  })

  it('names what is served and stored', () => {
    expect(servedNameOf('ml-dev', 'churn-risk')).toBe('ml-dev.churn-risk')
    expect(storeKeyOf(digest)).toBe(`sha256/${'a'.repeat(64)}`)
  })
})

describe('a reference feature', () => {
  const feature = { edges: [1, 2], shares: [0.2, 0.3, 0.5] }

  it('has one share more than cut points', () => {
    expect(ReferenceFeature.safeParse(feature).success).toBe(true)
    expect(ReferenceFeature.safeParse({ ...feature, shares: [0.5, 0.5] }).success).toBe(false)
  })

  it('may be the shares of known values instead', () => {
    expect(ReferenceFeature.safeParse({ categories: { monthly: 0.6, yearly: 0.4 } }).success).toBe(true)
  })

  it('has rising cut points', () => {
    expect(ReferenceFeature.safeParse({ ...feature, edges: [2, 2] }).success).toBe(false)
  })
})

describe("a model's own description", () => {
  it('survives one bad key', () => {
    const description = describeModel({
      'modelyard.labels': '["no","yes"]',
      'modelyard.inputs': '{oops',
      'modelyard.task': 'regression',
    })
    expect(description).toEqual({ labels: ['no', 'yes'], task: 'regression' })
  })

  it('is empty for a model that says nothing, or says it in the wrong shape', () => {
    expect(describeModel({})).toEqual({})
    expect(
      describeModel({ 'modelyard.labels': '{"a":1}', 'modelyard.inputs': '[]', 'modelyard.task': 'poetry' }),
    ).toEqual({})
  })
})

describe('an infer request', () => {
  it('takes flat and nested data', () => {
    const input = { name: 'x', datatype: 'FP32', shape: [2, 2] }
    expect(
      InferRequest.safeParse({
        inputs: [
          { ...input, data: [1, 2, 3, 4] },
          {
            ...input,
            data: [
              [1, 2],
              [3, 4],
            ],
          },
        ],
      }).success,
    ).toBe(true)
  })

  it('refuses negative dimensions', () => {
    expect(InferRequest.safeParse({ inputs: [{ name: 'x', datatype: 'FP32', shape: [-1], data: [] }] }).success).toBe(
      false,
    )
  })

  it('refuses data nested ten thousand deep, without overflowing', () => {
    const data = JSON.parse(`${'['.repeat(10_000)}${']'.repeat(10_000)}`)
    expect(InferRequest.safeParse({ inputs: [{ name: 'x', datatype: 'FP32', shape: [1], data }] }).success).toBe(false)
  })
})
