import { describe, expect, it } from 'vitest'
import { promptOf } from './choices.ts'

describe('a select of what the team has', () => {
  it('says that there is nothing only once that is known', () => {
    expect(promptOf('model', { data: undefined, error: null }, 0)).toBe('Reading the models')
    expect(promptOf('model', { data: undefined, error: new Error('away') }, 0)).toBe('The models cannot be read now')
    expect(promptOf('namespace', { data: { items: [] }, error: null }, 0)).toBe('The team has no namespace yet')
  })

  it('asks to choose where there is something to choose, and tells of models without a version', () => {
    expect(promptOf('model', { data: { items: ['iris'] }, error: null }, 1)).toBe('Choose a model')
    expect(promptOf('model', { data: { items: ['iris'] }, error: null }, 0)).toBe('No model has a version yet')
  })
})
