import { describe, expect, it } from 'vitest'
import { isTouched } from './topics.ts'

const request = ['/api/v1/requests/{id}', { id: '1' }]
const namespaces = ['/api/v1/teams/{team}/namespaces', { team: 'ml' }]
const team = ['/api/v1/teams/{team}', { team: 'ml' }]

describe('what a live message makes stale', () => {
  it('is what its topic names', () => {
    expect(isTouched(request, 'request', 'ml')).toBe(true)
    expect(isTouched(namespaces, 'request', 'ml')).toBe(true)
    expect(isTouched(team, 'request', 'ml')).toBe(false)
    expect(isTouched(team, 'team', 'ml')).toBe(true)
    expect(isTouched(namespaces, 'team', 'ml')).toBe(false)
  })

  it('leaves other teams alone', () => {
    expect(isTouched(namespaces, 'namespace', 'data')).toBe(false)
    expect(isTouched(namespaces, 'namespace', null)).toBe(true)
  })

  it('is nothing for a topic from elsewhere', () => {
    expect(isTouched(request, 'constructor', null)).toBe(false)
    expect(isTouched(['requests'], 'request', null)).toBe(false)
  })
})
