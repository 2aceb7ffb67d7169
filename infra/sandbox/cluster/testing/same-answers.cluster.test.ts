import { appendFileSync, mkdtempSync, rmSync } from 'node:fs'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type RealCluster, startRealCluster } from '#sandbox/real/real-cluster.ts'
import { type RunningCluster, startCluster } from '../cluster.ts'
import { isObject, type Json, type JsonObject, object, objects, text } from '../json.ts'
import { type Step, steps } from './comparable-requests.ts'
import { widgetDefinition } from './running-cluster.ts'

type Answer = { code: number; warning: string; body: Json }
type Target = { url: string; token: string }

const viewerToken = 'token-of-viewer'
const folder = mkdtempSync(join(tmpdir(), 'same-answers-'))
let real: RealCluster
let sandbox: RunningCluster

beforeAll(async () => {
  const accounts = [{ name: 'viewer', token: viewerToken, groups: ['team'] }]
  real = await startRealCluster({ state: join(folder, 'real'), argoCd: false, accounts })
  sandbox = await startCluster({ state: join(folder, 'sandbox'), tls: true })
  appendFileSync(join(folder, 'sandbox', 'tokens.csv'), `${viewerToken},viewer,viewer,"team"\n`)
  const definition = {
    what: 'a definition',
    method: 'POST',
    path: '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
    body: widgetDefinition,
  }
  for (const target of targets()) await send(target, definition)
}, 1_800_000)

afterAll(async () => {
  await real?.stop()
  await sandbox?.close()
  rmSync(folder, { recursive: true, force: true })
})

const targets = (): [Target, Target] => [
  { url: real.url, token: real.token },
  { url: sandbox.url, token: sandbox.adminToken },
]

async function send(target: Target, step: Step): Promise<Answer> {
  const body = step.body === undefined ? undefined : JSON.stringify(step.body)
  return new Promise((resolve, reject) => {
    const headers = {
      authorization: `Bearer ${step.as ? viewerToken : target.token}`,
      'content-type': step.type ?? 'application/json',
      accept: 'application/json',
      'user-agent': 'suite/1',
      ...(body ? { 'content-length': Buffer.byteLength(body) } : {}),
    }
    const outgoing = request(
      new URL(step.path, target.url),
      { method: step.method, headers, rejectUnauthorized: false },
      (response) => {
        let answer = ''
        response.setEncoding('utf8')
        response.on('data', (chunk: string) => {
          answer += chunk
        })
        response.on('end', () => {
          const parsed: Json = answer.startsWith('{') ? JSON.parse(answer) : answer
          resolve({ code: response.statusCode ?? 0, warning: String(response.headers.warning ?? ''), body: parsed })
        })
      },
    )
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

async function ask(target: Target, step: Step): Promise<Answer> {
  const deadline = Date.now() + 30_000
  for (;;) {
    const answer = await send(target, step)
    if (step.until === undefined || answer.code === step.until || Date.now() > deadline) return answer
    await wait(100)
  }
}

const differsBySetup = new Set([
  'uid',
  'creationTimestamp',
  'deletionTimestamp',
  'resourceVersion',
  'clusterIP',
  'clusterIPs',
  'remainingItemCount',
])

/** What must be equal: everything but identities and moments, and what the real cluster's controllers add meanwhile. */
function comparable(value: Json | undefined, key = ''): Json {
  if (differsBySetup.has(key) && value) return `<${key}>`
  if (Array.isArray(value)) return value.map((item) => comparable(item))
  if (typeof value === 'string') return value.replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '<uid>')
  if (!isObject(value)) return value ?? null
  const out: JsonObject = {}
  for (const [name, child] of Object.entries(value)) {
    const isReported = name === 'status' && isObject(child) && value.kind !== 'Status'
    if (!isReported) out[name] = comparable(child, name)
  }
  return out
}

function comparableAnswer({ code, warning: said, body }: Answer): JsonObject {
  // Only where controllers run are there pods of the deployment to be warned about.
  const warning = said.includes('existing pods') ? '' : said
  if (!isObject(body)) return { code, warning, body }
  const metadata = object(body.metadata)
  const { 'deployment.kubernetes.io/revision': _revision, ...annotations } = object(metadata.annotations)
  const owners = objects(metadata.managedFields)
    .filter((entry) => !text(entry.manager).startsWith('kube-'))
    .filter((entry) => !(body.kind === 'ResourceQuota' && entry.subresource === 'status'))
    .map(({ time: _time, ...entry }) => entry)
    .sort((a, b) => (text(a.manager) < text(b.manager) ? -1 : 1))
  const compared = { ...body, metadata: { ...metadata, annotations, managedFields: owners } }
  return { code, warning, body: comparable(body.kind === 'Status' ? body : compared) }
}

describe('the sandbox answers as kube-apiserver does to', () => {
  it.each(steps)('$method $what', async (step) => {
    const [theirs, ours] = targets()
    const wanted = await ask(theirs, step)
    expect(comparableAnswer(await ask(ours, step))).toEqual(comparableAnswer(wanted))
  })
})
