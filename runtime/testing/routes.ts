import type { VersionRoute } from '../http/route-table.ts'

/** The one version of a model, being loaded unless more is said. */
export const versionRoute = (more: Partial<VersionRoute> = {}): VersionRoute => ({
  version: '1',
  key: 'iris@1#1',
  state: 'Loading',
  message: '',
  weight: 100,
  shadow: false,
  socket: '',
  asleep: false,
  waking: false,
  backAt: 0,
  awayMilliseconds: 0,
  metadata: '',
  takesText: false,
  maxBatch: 1,
  lanes: 1,
  ...more,
})
