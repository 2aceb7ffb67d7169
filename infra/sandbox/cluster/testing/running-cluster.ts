import { appendFileSync, mkdtempSync, rmSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { type ClusterOptions, type RunningCluster, startCluster } from '../cluster.ts'
import { isObject, type Json, type JsonObject } from '../json.ts'

export type Answer = { code: number; body: JsonObject; warnings: string }
export type Api = (method: string, path: string, body?: Json, contentType?: string, token?: string) => Promise<Answer>
export type TestCluster = RunningCluster & {
  state: string
  api: Api
  addUser: (name: string, ...groups: string[]) => string
}

export const temporaryState = (): string => {
  const directory = mkdtempSync(join(tmpdir(), 'sandbox-cluster-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

/** A cluster of the test's own; it and its state are gone when the test is over. */
export async function newCluster(options: Partial<ClusterOptions> = {}): Promise<TestCluster> {
  const state = options.state ?? temporaryState()
  const running = await startCluster({ ...options, state })
  onTestFinished(() => running.close())
  return {
    ...running,
    state,
    api: (method, path, body, contentType = 'application/json', token = running.adminToken) =>
      call(running.url, method, path, body, contentType, token),
    addUser: (name, ...groups) => {
      appendFileSync(join(state, 'tokens.csv'), `token-of-${name},${name},${name},"${groups.join(',')}"\n`)
      return `token-of-${name}`
    },
  }
}

async function call(
  url: string,
  method: string,
  path: string,
  body: Json | undefined,
  contentType: string,
  token: string,
) {
  const response = await fetch(new URL(path, url), {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': contentType, 'user-agent': 'suite/1' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const answer = await response.text()
  const parsed: unknown = answer.startsWith('{') ? JSON.parse(answer) : { text: answer }
  return {
    code: response.status,
    body: isObject(parsed) ? parsed : {},
    warnings: response.headers.get('warning') ?? '',
  }
}

export type Event = { type: string; object: JsonObject }

/** Watches until told otherwise; `until` reads events up to the first that fits. */
export async function openWatch(cluster: TestCluster, path: string) {
  const url = new URL(path, cluster.url)
  const events: Event[] = []
  let wake = () => {}
  let ended = false
  const outgoing = request(url, { headers: { authorization: `Bearer ${cluster.adminToken}` } })
  outgoing.end()
  outgoing.on('error', () => {})
  await new Promise<void>((opened) => {
    outgoing.once('response', (response) => {
      let rest = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => {
        const lines = `${rest}${chunk}`.split('\n')
        rest = lines.pop() ?? ''
        events.push(...lines.map((line) => JSON.parse(line)))
        wake()
      })
      response.on('error', () => {})
      response.on('close', () => {
        ended = true
        wake()
      })
      opened()
    })
  })
  onTestFinished(() => void outgoing.destroy())
  const until = async (fits: (event: Event) => boolean): Promise<Event> => {
    for (;;) {
      const found = events.find(fits)
      if (found) return found
      if (ended) throw new Error(`the watch ended after ${JSON.stringify(events.map((event) => event.type))}`)
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
  }
  const end = async () => {
    while (!ended) {
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
  }
  return { events, until, end, close: () => outgoing.destroy() }
}

export const configMap = (name: string, data: JsonObject = {}, labels: JsonObject = {}): JsonObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, ...(Object.keys(labels).length > 0 ? { labels } : {}) },
  data,
})

export const deployment = (name: string, spec: JsonObject = {}): JsonObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name },
  spec: {
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: { containers: [{ name: 'main', image: 'registry.example/app:1' }] },
    },
    ...spec,
  },
})

export const widgetDefinition: JsonObject = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'widgets.example.dev' },
  spec: {
    group: 'example.dev',
    scope: 'Namespaced',
    names: { plural: 'widgets', kind: 'Widget', shortNames: ['wd'] },
    versions: [
      {
        name: 'v1alpha1',
        served: true,
        storage: true,
        subresources: { status: {} },
        additionalPrinterColumns: [
          { name: 'Size', type: 'integer', jsonPath: '.spec.size' },
          { name: 'Ready', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
        ],
        schema: {
          openAPIV3Schema: {
            type: 'object',
            required: ['spec'],
            properties: {
              spec: {
                type: 'object',
                required: ['size'],
                properties: {
                  size: { type: 'integer', minimum: 1, maximum: 8 },
                  mode: { type: 'string', enum: ['fast', 'safe'], default: 'safe' },
                  parts: {
                    type: 'array',
                    'x-kubernetes-list-type': 'map',
                    'x-kubernetes-list-map-keys': ['name'],
                    items: {
                      type: 'object',
                      required: ['name'],
                      properties: { name: { type: 'string' }, count: { type: 'integer' } },
                    },
                  },
                },
              },
              status: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
            },
          },
        },
      },
    ],
  },
}

export const widget = (name: string, spec: JsonObject): JsonObject => ({
  apiVersion: 'example.dev/v1alpha1',
  kind: 'Widget',
  metadata: { name },
  spec,
})
