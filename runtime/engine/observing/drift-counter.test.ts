import { describe, expect, it } from 'vitest'
import type { Tensor } from '../../protocol/datatypes.ts'
import { driftCounter } from './drift-counter.ts'

const tensor = (name: string, datatype: Tensor['datatype'], shape: number[], data: Tensor['data']): Tensor => ({
  name,
  datatype,
  shape,
  data,
})

describe('counting for drift', () => {
  it('knows booleans by the words the profile has for them', () => {
    const counter = driftCounter({ paperless: { categories: { false: 0.4, true: 0.6 } } })
    counter.count([tensor('paperless', 'BOOL', [3, 1], Uint8Array.of(1, 0, 1))])
    expect(counter.flush()).toEqual({ paperless: [1, 2, 0] })
  })

  it('bins numbers by edges, one column of a wide input, and texts by length', () => {
    const counter = driftCounter({
      'x[1]': { edges: [1, 2], shares: [0.3, 0.3, 0.4] },
      text: { edges: [3], shares: [0.5, 0.5] },
    })
    counter.count([
      tensor('x', 'FP32', [3, 2], Float32Array.of(9, 0.5, 9, 1, 9, 2)),
      tensor('text', 'BYTES', [2, 1], [Buffer.from('ab'), Buffer.from('äöü')]),
    ])
    expect(counter.flush()).toEqual({ 'x[1]': [1, 1, 1], text: [1, 1] })
  })
})
