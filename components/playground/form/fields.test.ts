import { describe, expect, it } from 'vitest'
import type { Signature } from '#server/contracts/models.ts'
import { fieldFacts, fieldsOf, initialValue } from './fields.ts'
import { jsonOf, tensorsFromJson, tensorsOf } from './tensors.ts'

const signature = (
  inputs: Signature['inputs'],
  hints: Signature['hints'] = {},
  task: string | null = null,
): Signature => ({
  inputs,
  outputs: [],
  task,
  labels: [],
  hints,
  description: null,
})

const start = (of: Signature) => {
  const fields = fieldsOf(of)
  return { fields, values: Object.fromEntries(fields.map((field) => [field.key, initialValue(field)])) }
}

describe('the form of a model', () => {
  it('has a slider where the model says a range, a select where it says values, a switch for yes or no', () => {
    const of = signature(
      [
        { name: 'tenure', datatype: 'INT64', shape: [-1, 1] },
        { name: 'contract', datatype: 'BYTES', shape: [-1, 1] },
        { name: 'paperless', datatype: 'BOOL', shape: [-1, 1] },
        { name: 'free', datatype: 'FP32', shape: [-1] },
      ],
      {
        tenure: { min: 0, max: 72, unit: 'months', default: 5 },
        contract: { values: ['monthly', 'yearly'] },
        paperless: { default: true },
      },
    )
    const { fields, values } = start(of)
    expect(fields.map((field) => field.kind)).toEqual(['slider', 'select', 'switch', 'number'])
    expect(fields.map(fieldFacts)).toEqual([
      'whole number · months · 0 to 72',
      'text · 2 values',
      'yes or no',
      'number',
    ])
    expect(tensorsOf(of, fields, values)).toEqual([
      { name: 'tenure', datatype: 'INT64', shape: [1, 1], data: [5] },
      { name: 'contract', datatype: 'BYTES', shape: [1, 1], data: ['monthly'] },
      { name: 'paperless', datatype: 'BOOL', shape: [1, 1], data: [true] },
      { name: 'free', datatype: 'FP32', shape: [1], data: [0] },
    ])
  })

  it('has one field for each column of a row of numbers', () => {
    const of = signature([{ name: 'features', datatype: 'FP32', shape: [-1, 3] }], {
      features: {
        columns: [
          { title: 'Sepal length', min: 4, max: 8, default: 5.1 },
          { title: 'Sepal width', default: 3.5 },
        ],
      },
    })
    const { fields, values } = start(of)
    expect(fields.map((field) => [field.title, field.kind])).toEqual([
      ['Sepal length', 'slider'],
      ['Sepal width', 'number'],
      ['features 3', 'number'],
    ])
    expect(tensorsOf(of, fields, values)[0]?.data).toEqual([5.1, 3.5, 0])
  })

  it('has a drawing for a small square image', () => {
    const of = signature(
      [{ name: 'image', datatype: 'FP32', shape: [-1, 64] }],
      { image: { max: 16 } },
      'image-classification',
    )
    const { fields, values } = start(of)
    expect(fields[0]).toMatchObject({ kind: 'grid', side: 8 })
    expect(tensorsOf(of, fields, values)[0]).toMatchObject({ shape: [1, 64], data: Array(64).fill(0) })
  })

  it('leaves what no form can hold to a list', () => {
    const of = signature([{ name: 'x', datatype: 'FP32', shape: [-1, 1000] }])
    const { fields, values } = start(of)
    expect(fields[0]?.kind).toBe('numbers')
    expect(tensorsOf(of, fields, values)[0]?.data).toHaveLength(1000)
  })

  it('does not take a hint from a name that only objects have', () => {
    expect(fieldsOf(signature([{ name: 'constructor', datatype: 'FP32', shape: [1] }]))[0]?.title).toBe('constructor')
  })
})

describe('inputs as JSON', () => {
  it('come back as they were written', () => {
    const inputs = [{ name: 'x', datatype: 'FP32', shape: [1], data: [1] }]
    expect(tensorsFromJson(jsonOf(inputs))).toEqual({ inputs })
  })

  it('say what is wrong with them', () => {
    expect(tensorsFromJson('{')).toMatchObject({ fault: expect.stringContaining('not JSON') })
    expect(tensorsFromJson('{"inputs":[{"name":"x"}]}')).toMatchObject({ fault: expect.stringContaining('inputs.0') })
    expect(tensorsFromJson('{"inputs":[]}')).toMatchObject({ fault: expect.stringContaining('at least one') })
  })
})
