/** What has to be in a row for it to be read, where a test is about something else. */
import type { Signature } from '../contracts/models.ts'
import type { Verdict } from '../contracts/requests.ts'
import type { ObservedApplication } from '../domains/observed/observed.ts'

export const reviewVerdict: Verdict = {
  outcome: 'review',
  summary: 'Somebody has to look at it.',
  reasons: [],
  approvals: 1,
  approvers: 'a maintainer',
  changes: [],
  monthlyDelta: 0,
  policyVersion: '1',
}

/** Of a model of which nothing is known. */
export const bareSignature: Signature = {
  inputs: [],
  outputs: [],
  task: null,
  labels: [],
  hints: {},
  description: null,
}

/** What is kept of an Application that has applied what lies under a path of the default branch, and rests. */
export const settledApplication = (path: string): ObservedApplication => ({
  namespace: 'x',
  path,
  targetRevision: 'main',
  automated: true,
  prunes: true,
  deleting: false,
  sync: 'Synced',
  revision: 'a'.repeat(40),
  health: 'Healthy',
  healthMessage: null,
  operation: null,
  history: [],
  resources: [],
  messages: [],
  askedToLook: false,
  message: null,
  phase: null,
})
