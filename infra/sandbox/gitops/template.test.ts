import { describe, expect, it } from 'vitest'
import { fillTemplate, parametersOf } from './template.ts'

const folder = parametersOf('teams/ml/dev/namespaces/ML_dev')

describe('an ApplicationSet’s template', () => {
  it.each([
    ['{{path}}', 'teams/ml/dev/namespaces/ML_dev'],
    ['{{ path.basename }}', 'ML_dev'],
    ['{{path.basenameNormalized}}', 'ml-dev'],
    ['{{path[1]}}-{{path[2]}}', 'ml-dev'],
    ['{{path[9]}} {{unknown}}', '{{path[9]}} {{unknown}}'],
  ])('fills %s', (template, filled) => {
    expect(fillTemplate({ [template]: [template] }, folder, false)).toEqual({ [filled]: [filled] })
  })

  it.each([
    ['{{ .path.path }}', 'teams/ml/dev/namespaces/ML_dev'],
    ['{{.path.basename}}', 'ML_dev'],
    ['{{ index .path.segments 1 }}-{{ index .path.segments 2 }}', 'ml-dev'],
    ['{{ .path.basename | lower | replace "_" "-" }}', 'ml-dev'],
    ['{{ printf "%s-%s" .path.basename "x" }}', 'ML_dev-x'],
  ])('fills Go’s %s', (template, filled) => {
    expect(fillTemplate(template, folder, true)).toBe(filled)
  })

  it('says what it does not know instead of guessing', () => {
    expect(() => fillTemplate('{{ .values.team }}', folder, true)).toThrow('.values.team')
    expect(() => fillTemplate('{{ index .path.segments 7 }}', folder, true)).toThrow('out of range')
  })
})
