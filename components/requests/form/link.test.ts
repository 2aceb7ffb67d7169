import { describe, expect, it } from 'vitest'
import { readLink } from './link.ts'

describe('a link into a request form', () => {
  it('fills in what it names', () => {
    expect(readLink({ kind: 'namespace.change', team: 'ml', namespace: 'ml-dev', cpu: '21', gpu: '2' })).toEqual({
      kind: 'namespace.change',
      team: 'ml',
      namespace: 'ml-dev',
      quota: { cpu: '21', gpu: 2 },
    })
  })

  it('leaves out what cannot be read', () => {
    expect(
      readLink({
        kind: 'constructor',
        team: ['ml', 'data'],
        environment: 'moon',
        undo: '1',
        version: '-1',
        gpu: 'many',
      }),
    ).toEqual({ kind: 'namespace.create', team: '', quota: {} })
  })
})
