import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { accessFrom } from './access.ts'
import { planFor } from './given-cluster.ts'
import { isOurs } from './look.ts'

let state: string
beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), 'modelyard-given-'))
})
afterEach(() => rmSync(state, { recursive: true, force: true }))

function kubeconfig(): string {
  const file = join(state, 'theirs.yaml')
  const cluster = (name: string) => ({
    name,
    cluster: { server: `https://${name}.example:6443`, 'certificate-authority': 'ca.crt' },
  })
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'one',
    clusters: [cluster('first'), cluster('second')],
    users: [{ name: 'me', user: { token: 'secret' } }],
    contexts: [
      { name: 'one', context: { cluster: 'first', user: 'me' } },
      { name: 'two=b,c', context: { cluster: 'second', user: 'me' } },
    ],
  }
  writeFileSync(file, JSON.stringify(config))
  return file
}

describe('the access to a cluster that is there already', () => {
  it('is the one context that was named, in a file that its owner alone may read', () => {
    const access = accessFrom(kubeconfig(), 'two=b,c', state)
    expect(access).toMatchObject({ context: 'two-b-c', server: 'https://second.example:6443' })
    expect(statSync(access.kubeconfig).mode & 0o777).toBe(0o600)
    const kept = parse(readFileSync(access.kubeconfig, 'utf8'))
    expect(kept['current-context']).toBe('two-b-c')
    expect(kept.clusters).toHaveLength(1)
    // What was written relative to their file is found from ours.
    expect(kept.clusters[0].cluster['certificate-authority']).toBe(join(state, 'ca.crt'))
  })

  it('is the current context unless one is named', () => {
    expect(accessFrom(kubeconfig(), undefined, state).server).toBe('https://first.example:6443')
  })

  it('is refused for a context that is not there, with those that are, and for a file that is none', () => {
    expect(() => accessFrom(kubeconfig(), 'three', state)).toThrow('no context "three". There are: one, two=b,c.')
    expect(() => accessFrom(join(state, 'nowhere'), undefined, state)).toThrow('cannot be read as a kubeconfig')
  })
})

describe('what is said before anything is written', () => {
  const access = { kubeconfig: '', context: 'one', server: 'https://10.0.0.5:6443', kubectl: 'kubectl --context one' }
  const look = { version: 'v1.36.1', advice: [] }

  it('names the cluster, every object, and how to take them away', () => {
    const plan = planFor(access, look, '10.0.0.9').join('\n')
    expect(plan).toContain('https://10.0.0.5:6443, Kubernetes v1.36.1')
    expect(plan).toContain('inferencemodels.inference.modelyard.dev')
    expect(plan).toContain('kubectl --context one delete applicationset namespaces models --namespace argocd')
    expect(plan).toContain('kubectl --context one delete crd inferencemodels.inference.modelyard.dev')
    expect(plan).not.toContain('! ')
  })

  it('warns when Argo CD elsewhere is to reach the loopback address', () => {
    expect(planFor(access, look, '127.0.0.1').join('\n')).toContain('! 127.0.0.1 is not this machine, seen from there.')
    const local = { ...access, server: 'https://127.0.0.1:6443' }
    expect(planFor(local, look, '127.0.0.1').join('\n')).not.toContain('! ')
  })
})

describe('what stands in the way', () => {
  const object = (kind: string, metadata: object) => ({
    apiVersion: 'argoproj.io/v1alpha1',
    kind,
    metadata: { name: 'platform', ...metadata },
  })

  it('is whatever of the same name somebody else has written', () => {
    expect(isOurs(object('Application', { managedFields: [{ manager: 'kubectl' }] }))).toBe(false)
    expect(isOurs(object('Application', { managedFields: [{ manager: 'modelyard-seed' }] }))).toBe(true)
    const tracked = (by: string) => object('ApplicationSet', { annotations: { 'argocd.argoproj.io/tracking-id': by } })
    expect(isOurs(tracked('platform:argoproj.io/ApplicationSet:argocd/models'))).toBe(true)
    expect(isOurs(tracked('others:argoproj.io/ApplicationSet:argocd/models'))).toBe(false)
    expect(isOurs(object('ApplicationSet', { labels: { 'app.kubernetes.io/instance': 'platform' } }))).toBe(true)
    expect(isOurs(object('ApplicationSet', {}))).toBe(false)
  })
})
