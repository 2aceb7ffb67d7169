import { describe, expect, it } from 'vitest'
import { type Circumstances, decide } from './decision.ts'

const ready: Circumstances = { system: [], mayInstall: false, binaries: [], hasGo: false }
const etcd = { name: 'etcd', hint: 'apt-get install etcd-server' }

describe('whether an ordinary run includes the real control plane', () => {
  it('does when everything is cached, without Go too', () => {
    expect(decide(ready)).toEqual({ runs: true, first: [] })
  })

  it('does when Go can build what is missing, and says what that is', () => {
    expect(decide({ ...ready, binaries: ['kwok 1'], hasGo: true })).toEqual({ runs: true, first: ['kwok 1'] })
  })

  it('does not when something is missing and there is no Go, and says what', () => {
    expect(decide({ ...ready, binaries: ['kwok 1', 'argocd 2'], system: [etcd], mayInstall: true })).toEqual({
      runs: false,
      because: 'Go is not installed, and these are not cached: kwok 1, argocd 2',
    })
  })

  it('does not when a program of the distribution is missing that we may not install, and says how to get it', () => {
    expect(decide({ ...ready, system: [etcd] })).toEqual({
      runs: false,
      because: 'etcd is not installed (apt-get install etcd-server)',
    })
    expect(decide({ ...ready, system: [etcd], mayInstall: true })).toEqual({ runs: true, first: ['etcd'] })
  })
})
