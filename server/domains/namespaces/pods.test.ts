import { describe, expect, it } from 'vitest'
import type { ObservedPod, Seen } from '../observed/observed.ts'
import { podViews } from './pods.ts'

const podOf = (name: string, data: Partial<ObservedPod> = {}): Seen<ObservedPod> => ({
  cluster: 'here',
  namespace: 'ml-dev',
  name,
  team: 'ml',
  observedAt: new Date(),
  data: {
    environment: 'dev',
    phase: 'Running',
    node: 'node-1',
    ready: 1,
    containers: 1,
    restarts: 0,
    reason: null,
    message: null,
    owner: null,
    startedAt: '2026-01-01T00:00:00Z',
    deleting: false,
    ...data,
  },
})

describe('the pods of a namespace', () => {
  it.each<[Partial<ObservedPod>, string]>([
    [{}, 'Running'],
    [{ ready: 0, reason: 'CrashLoopBackOff' }, 'CrashLoopBackOff'],
    [{ restarts: 3, reason: 'OOMKilled' }, 'Running'],
    [{ phase: 'Pending', ready: 0 }, 'Pending'],
    [{ phase: 'Pending', ready: 0, reason: 'ImagePullBackOff' }, 'ImagePullBackOff'],
    [{ phase: 'Failed', ready: 0, reason: 'Evicted' }, 'Evicted'],
    [{ deleting: true }, 'Terminating'],
  ])('that fares like %j is called %s', (data, state) => {
    expect(podViews([podOf('a', data)])[0]?.state).toBe(state)
  })

  it('stand with those in trouble first', () => {
    const pods = [podOf('a'), podOf('c', { phase: 'Pending', ready: 0 }), podOf('b', { phase: 'Succeeded', ready: 0 })]
    expect(podViews(pods).map((each) => each.name)).toEqual(['c', 'a', 'b'])
  })
})
