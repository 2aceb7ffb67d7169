import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseApplication } from './application.ts'

const label = { team: 'modelyard.dev/team', environment: 'modelyard.dev/environment' }
const read = (fields: object, metadata: object = {}) =>
  parseApplication(
    { apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', metadata: { name: 'ml-dev', ...metadata }, ...fields },
    label,
  )

describe('an Application', () => {
  it('is read whatever it holds', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), fc.jsonValue(), (spec, status, operation) => {
        expect(read({ spec, status, operation }).name).toBe('ml-dev')
      }),
    )
  })

  it('is read where one field after the other is of another shape', () => {
    const fields = ['sync', 'health', 'operationState', 'history', 'resources', 'conditions', 'reconciledAt']
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...fields), fc.jsonValue()), (status) => {
        expect(read({ spec: {}, status })).toMatchObject({ name: 'ml-dev', path: '' })
      }),
    )
  })

  it('keeps words nobody has heard of', () => {
    const status = { sync: { status: 'Pondering' }, health: { status: 'Wise' }, operationState: { phase: 'Dreaming' } }
    expect(read({ spec: {}, status })).toMatchObject({
      sync: 'Pondering',
      health: 'Wise',
      operation: { phase: 'Dreaming' },
    })
  })

  it('that nobody has looked at yet is unknown, not wrong', () => {
    expect(read({ spec: { source: { path: 'teams/ml', targetRevision: 'main' } } })).toMatchObject({
      sync: 'Unknown',
      health: 'Unknown',
      operation: null,
      history: [],
      messages: [],
      path: 'teams/ml',
      automated: false,
    })
  })

  it('leaves out the entries that cannot be read, and keeps their neighbours', () => {
    const status = {
      resources: [{ kind: 'ConfigMap', name: 'a', status: 'Synced' }, 'nonsense', { kind: 7 }, null],
      conditions: [{ type: 'SyncError', message: 'no' }, { message: 'of no type' }],
      history: [{ id: 'x' }, { id: 3, revision: 'abc', deployedAt: 'never' }],
    }
    const application = read({ spec: {}, status })
    expect(application.resources.map((each) => each.name)).toEqual(['a'])
    expect(application.messages).toEqual([{ type: 'SyncError', message: 'no', at: null }])
    expect(application.history).toEqual([{ id: 3, revision: 'abc', at: null, by: null }])
  })

  it('tells the newest ten syncs first, however they are ordered', () => {
    const history = Array.from({ length: 12 }, (_, id) => ({ id, revision: `r${id}` }))
    const told = read({ spec: {}, status: { history: [...history.slice(6), ...history.slice(0, 6)] } }).history
    expect(told.map((each) => each.id)).toEqual([11, 10, 9, 8, 7, 6, 5, 4, 3, 2])
  })

  it('says that an operation was asked for until it is taken up', () => {
    const before = { operationState: { phase: 'Succeeded' } }
    expect(read({ spec: {}, status: before, operation: { sync: {} } }).operation?.phase).toBe('Asked for')
    const during = { operationState: { phase: 'Running' } }
    expect(read({ spec: {}, status: during, operation: { sync: {} } }).operation?.phase).toBe('Running')
  })

  it('of several sources is told by its first', () => {
    const sources = [{ path: 'one', targetRevision: 'v1' }, { path: 'two' }]
    expect(read({ spec: { sources } })).toMatchObject({ path: 'one', targetRevision: 'v1' })
  })

  it.each([
    [{ automated: { prune: true } }, true, true],
    [{ automated: { enabled: false, prune: true } }, false, true],
    [{ automated: {} }, true, false],
    [{}, false, false],
  ])('with the policy %j', (syncPolicy, automated, prunes) => {
    expect(read({ spec: { syncPolicy } })).toMatchObject({ automated, prunes })
  })
})
