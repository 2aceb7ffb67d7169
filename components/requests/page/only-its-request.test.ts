import { describe, expect, it } from 'vitest'
import type { FileDiff } from '#server/contracts/requests.ts'
import { changesOnlyItsRequest, tellingFirst } from './only-its-request.ts'

const file = (path: string, ...lines: string[]): FileDiff => ({
  path,
  status: 'modified',
  additions: 1,
  deletions: 1,
  patch: ['@@ -1,9 +1,9 @@', ' metadata:', ...lines].join('\n'),
})
const label = file('role.yaml', '-    modelyard.dev/request: one', '+    modelyard.dev/request: two')
const quota = file(
  'resourcequota.yaml',
  '-    modelyard.dev/request: one',
  '+    modelyard.dev/request: two',
  '-    requests.cpu: "8"',
  '+    requests.cpu: "24"',
)

describe('a file of a request', () => {
  it('in which only the label of the request changes is told from one that says more', () => {
    expect(changesOnlyItsRequest(label)).toBe(true)
    expect(changesOnlyItsRequest(quota)).toBe(false)
  })

  it('whose text is not known may say anything', () => {
    expect(changesOnlyItsRequest({ ...label, patch: null })).toBe(false)
  })

  it('stands first when it has something to say', () => {
    expect(tellingFirst([label, quota]).map(({ path }) => path)).toEqual(['resourcequota.yaml', 'role.yaml'])
  })
})
