import { describe, expect, it } from 'vitest'
import { ApplicationSpec, type OperationState } from '../application.ts'
import type { Comparison } from './comparison.ts'
import { automaticSync, begin, fail, millisecondsOf, restOf } from './operation.ts'

const now = new Date('2026-11-21T15:04:00Z')
const later = (seconds: number) => new Date(now.getTime() + seconds * 1000)
const operation = { initiatedBy: {}, retry: { limit: 2, backoff: { duration: '5s', factor: 2, maxDuration: '8s' } } }
const spec = (automated: object | undefined) =>
  ApplicationSpec.parse({ source: { repoURL: 'x' }, destination: {}, syncPolicy: automated ? { automated } : {} })
const drift: Comparison = {
  items: [],
  issues: [],
  sync: 'OutOfSync',
  health: 'Missing',
  resources: [{ version: 'v1', kind: 'ConfigMap', name: 'settings', status: 'OutOfSync' }],
}
const done = (phase: 'Succeeded' | 'Failed', attempts?: number): OperationState => ({
  phase,
  startedAt: now.toISOString(),
  finishedAt: now.toISOString(),
  message: 'told',
  operation: {
    initiatedBy: {},
    sync: {
      ...{ revision: 'abc', prune: true, dryRun: false, syncOptions: [] },
      ...(attempts ? { autoHealAttemptsCount: attempts } : {}),
    },
  },
  syncResult: { revision: 'abc', source: spec({}).source },
})

describe('a failed sync', () => {
  it('rests longer each time, up to the limit, and then has failed', () => {
    const first = fail(begin(operation, now), { phase: 'Failed', message: 'refused' }, now)
    expect(first).toMatchObject({ phase: 'Running', retryCount: 1, message: 'refused. Retrying attempt #1 at 3:04PM.' })
    expect(restOf(first, now)).toBe(5000)
    const second = fail({ ...first }, { phase: 'Failed', message: 'refused' }, now)
    expect(restOf(second, now)).toBe(8000)
    const last = fail(second, { phase: 'Failed', message: 'refused' }, now)
    expect(last).toMatchObject({ phase: 'Failed', message: 'refused (retried 2 times).' })
    expect(restOf(last, now)).toBeUndefined()
  })

  it('reads durations as Go writes them', () => {
    expect(['5s', '1m30s', '250ms', '2h', '10', 3].map(millisecondsOf)).toEqual([
      5000, 90_000, 250, 7_200_000, 10_000, 3000,
    ])
  })
})

describe('an automated sync', () => {
  it('starts for a revision that has not been tried', () => {
    const automatic = automaticSync(spec({ prune: true }), drift, 'new', done('Failed'), now)
    expect(automatic).toMatchObject({ start: { sync: { revision: 'new', prune: true } } })
  })

  it('does not try a revision again that has failed, and says so', () => {
    expect(automaticSync(spec({ selfHeal: true }), drift, 'abc', done('Failed'), now)).toEqual({
      issue: 'Failed last sync attempt to [abc]: told',
    })
  })

  it('mends drift only where self-healing is on, each time after a longer pause', () => {
    expect(automaticSync(spec({}), drift, 'abc', done('Succeeded'), now)).toBeUndefined()
    const heal = (attempts: number, seconds: number) =>
      automaticSync(spec({ selfHeal: true }), drift, 'abc', done('Succeeded', attempts), later(seconds))
    expect(heal(0, 0)).toMatchObject({
      start: { sync: { autoHealAttemptsCount: 1, resources: [{ name: 'settings' }] } },
    })
    expect(heal(1, 0)).toEqual({ wait: 2000 })
    expect(heal(2, 1)).toEqual({ wait: 5000 })
    expect(heal(2, 6)).toHaveProperty('start')
  })

  it('does not start to prune where pruning is off, nor to remove everything', () => {
    const gone = { ...drift, resources: drift.resources.map((each) => ({ ...each, requiresPruning: true })) }
    expect(automaticSync(spec({}), gone, 'new', undefined, now)).toBeUndefined()
    expect(automaticSync(spec({ prune: true }), gone, 'new', undefined, now)).toEqual({
      issue: 'Skipping sync attempt to [new]: auto-sync will wipe out all resources',
    })
    expect(automaticSync(spec({ prune: true, allowEmpty: true }), gone, 'new', undefined, now)).toHaveProperty('start')
  })

  it('stays away when nobody asked for it', () => {
    expect(automaticSync(spec(undefined), drift, 'new', undefined, now)).toBeUndefined()
    expect(automaticSync(spec({ enabled: false }), drift, 'new', undefined, now)).toBeUndefined()
  })
})
