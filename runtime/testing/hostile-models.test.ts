import { describe, expect, it } from 'vitest'
import { faultsOf } from '../models/onnx/faults.ts'
import { readOnnx } from '../models/onnx-file.ts'
import { hostileModels } from './hostile-models.ts'

const models = hostileModels()

describe('the hostile models', () => {
  it('are three hundred or more, each with a name of its own, the same every time', () => {
    expect(models.length).toBeGreaterThanOrEqual(300)
    expect(new Set(models.map((model) => model.name)).size).toBe(models.length)
    expect(hostileModels()).toEqual(models)
  })

  it('are each read or refused in the blink of an eye', () => {
    for (const { name, bytes } of models) {
      const started = performance.now()
      const reading = readOnnx(bytes)
      if (reading.ok) faultsOf(reading.model)
      else expect(reading.refusal.remedy, name).not.toBe('')
      expect(performance.now() - started, name).toBeLessThan(500)
    }
  })

  it('that reach outside or call themselves are found out before anything loads them', () => {
    const suspicious = models.filter((model) => /^external-|^function/.test(model.name))
    for (const { name, bytes } of suspicious) {
      const reading = readOnnx(bytes)
      expect(reading.ok ? faultsOf(reading.model).length : 1, name).toBeGreaterThan(0)
    }
  })
})
