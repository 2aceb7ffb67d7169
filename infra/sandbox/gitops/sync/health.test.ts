import { describe, expect, it } from 'vitest'
import { healthOf, worstOf } from './health.ts'

const object = (apiVersion: string, kind: string, spec: object, status: object, metadata: object = {}) => ({
  apiVersion,
  kind,
  metadata: { name: 'model', generation: 2, ...metadata },
  spec,
  status,
})
const deployment = (status: object) =>
  object('apps/v1', 'Deployment', { replicas: 2 }, { observedGeneration: 2, ...status })
const whole = { replicas: 2, updatedReplicas: 2, availableReplicas: 2 }

describe('health', () => {
  it.each([
    ['an unseen Deployment', deployment({ observedGeneration: 1, ...whole }), 'Progressing'],
    ['a Deployment that rolls', deployment({ ...whole, updatedReplicas: 1 }), 'Progressing'],
    ['a Deployment with old pods', deployment({ ...whole, replicas: 3 }), 'Progressing'],
    ['a Deployment that waits', deployment({ ...whole, availableReplicas: 1 }), 'Progressing'],
    [
      'a Deployment past its deadline',
      deployment({ conditions: [{ type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded' }] }),
      'Degraded',
    ],
    ['a whole Deployment', deployment(whole), 'Healthy'],
    ['a claim that waits', object('v1', 'PersistentVolumeClaim', {}, { phase: 'Pending' }), 'Progressing'],
    ['a balancer without an address', object('v1', 'Service', { type: 'LoadBalancer' }, {}), 'Progressing'],
    ['a plain Service', object('v1', 'Service', { type: 'ClusterIP' }, {}), 'Healthy'],
    [
      'a finished Job',
      object('batch/v1', 'Job', {}, { conditions: [{ type: 'Complete', status: 'True' }] }),
      'Healthy',
    ],
    [
      'something on its way out',
      object('v1', 'ConfigMap', {}, {}, { deletionTimestamp: '2026-01-01T00:00:00Z' }),
      'Progressing',
    ],
    ['something absent', undefined, 'Missing'],
    ['something without a rule', object('v1', 'ConfigMap', {}, {}), undefined],
  ])('of %s', (_what, value, status) => {
    expect(healthOf(value)?.status).toBe(status)
  })

  it('of an Application is that of its worst part', () => {
    expect(worstOf([])).toBe('Healthy')
    expect(worstOf([{ status: 'Healthy' }, undefined, { status: 'Progressing' }])).toBe('Progressing')
    expect(worstOf([{ status: 'Missing' }, { status: 'Degraded' }, { status: 'Suspended' }])).toBe('Degraded')
  })
})
