// The demo on a real control plane, and on that same control plane as if it were somebody else's.
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { KubeClient } from '../../infra/sandbox/kube-client/kube-client.ts'
import type { KubeObject } from '../../infra/sandbox/kube-client/objects.ts'
import { lives } from '../supervisor/testing/wait-for.ts'

const main = join(import.meta.dirname, 'main.ts')
const processes = z.array(z.number())
const status = z.object({ supervisor: z.number(), parts: z.array(z.object({ pid: z.number().optional() })) })

let state: string
let elsewhere: string
beforeAll(() => {
  state = mkdtempSync(join(tmpdir(), 'modelyard-demo-real-'))
  elsewhere = mkdtempSync(join(tmpdir(), 'modelyard-demo-given-'))
})
afterAll(async () => {
  for (const each of [elsewhere, state]) {
    await demo(each, 'stop')
    rmSync(each, { recursive: true, force: true })
  }
})

async function demo(at: string, ...args: string[]): Promise<{ code: number; said: string }> {
  const child = spawn(process.execPath, [main, '--state', at, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += String(chunk)))
  const code = await new Promise<number>((resolve) => child.once('close', (value) => resolve(value ?? 1)))
  return { code, said }
}

const start = () => demo(state, '--real', '--only', 'kubelet,introduction', '--detach')
const kubeconfig = () => join(state, 'real', 'kubeconfig')
const json = (...path: string[]): unknown => JSON.parse(readFileSync(join(...path), 'utf8'))
/** The parts, and what the control plane consists of. */
const running = () => {
  const { parts } = status.parse(json(state, 'run', 'status.json'))
  return [...parts.flatMap((part) => part.pid ?? []), ...processes.parse(json(state, 'real', 'pids.json'))]
}

async function look(apiVersion: string, kind: string, name: string, namespace?: string): Promise<KubeObject> {
  const client = KubeClient.fromFile(kubeconfig())
  try {
    return await client.get(await client.discovery.require(apiVersion, kind), namespace, name)
  } finally {
    client.close()
  }
}
const platform = () => look('argoproj.io/v1alpha1', 'Application', 'platform', 'argocd')

describe('npm run demo -- --real', { timeout: 240_000 }, () => {
  let first: string | undefined

  it('has Argo CD follow the sandbox’s Git host', async () => {
    const { code, said } = await start()
    expect(code, said).toBe(0)
    await expect
      .poll(platform, { timeout: 90_000, interval: 500 })
      .toMatchObject({ status: { sync: { status: 'Synced' }, health: { status: 'Healthy' } } })
    first = (await platform()).metadata.uid
  })

  it('has told Argo CD of the InferenceModel again once its schema could be read', async () => {
    const kind = ['apiextensions.k8s.io/v1', 'CustomResourceDefinition'] as const
    const { metadata } = await look(...kind, 'inferencemodels.inference.modelyard.dev')
    expect(metadata.annotations?.['modelyard.dev/published']).toMatch(/^[0-9a-f]{16}$/)
  })

  it('leaves nothing behind when it is killed, and goes on from there', async () => {
    const before = running()
    expect(before.length).toBeGreaterThan(10)
    process.kill(status.parse(json(state, 'run', 'status.json')).supervisor, 'SIGKILL')
    await expect.poll(() => before.filter(lives), { timeout: 30_000 }).toEqual([])
    const { code, said } = await start()
    expect(code, said).toBe(0)
    expect((await platform()).metadata.uid).toBe(first)
  })

  it('starts the whole control plane again when one of its processes dies', async () => {
    // In the order they were started: the program that starts them, etcd, the API server.
    const [, , apiServer = 0] = processes.parse(json(state, 'real', 'pids.json'))
    process.kill(apiServer, 'SIGKILL')
    const uid = async () => (await platform()).metadata.uid
    await expect.poll(() => lives(apiServer), { timeout: 30_000 }).toBe(false)
    await expect.poll(() => uid().catch(() => 'not yet'), { timeout: 90_000, interval: 500 }).toBe(first)
  })

  it('as somebody’s cluster: writes nothing before they agree, and then what it said', async () => {
    const given = ['--kubeconfig', kubeconfig(), '--only', 'introduction', '--detach']
    const repository = async () =>
      z.object({ source: z.object({ repoURL: z.string() }) }).parse((await platform()).spec)
    const before = await repository()
    const asked = await demo(elsewhere, ...given)
    expect(asked.code).toBe(1)
    expect(asked.said).toContain('the AppProject platform and the Application platform')
    expect(asked.said).toContain('Nothing was written. Say --yes to go on.')
    expect(await repository()).toEqual(before)
    const agreed = await demo(elsewhere, ...given, '--yes')
    expect(agreed.code, agreed.said).toBe(0)
    expect(await repository()).not.toEqual(before)
    expect((await demo(elsewhere, 'stop')).code).toBe(0)
  })

  it('stops without a trace', async () => {
    const before = running()
    expect((await demo(state, 'stop')).code).toBe(0)
    await expect.poll(() => before.filter(lives), { timeout: 10_000 }).toEqual([])
  })
})
