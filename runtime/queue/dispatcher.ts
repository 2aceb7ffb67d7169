/**
 * From an admitted request to its engine and back, for one acceptor: chooses the version, holds the limits, keeps a
 * client for each engine, counts, and sends copies to shadow versions.
 */
import type { WireAnswer } from '../engine/frames/frames.ts'
import type { ModelRoute, RouteTable, VersionRoute } from '../http/route-table.ts'
import { type RequestStats, requestStats } from '../metrics/request-stats.ts'
import { InferenceError } from '../protocol/errors.ts'
import type { BodyArena } from './body-arena.ts'
import { BodySlots } from './body-slots.ts'
import type { Call } from './call.ts'
import { EngineClient } from './engine-client.ts'
import type { Limits } from './limits.ts'
import { retryAfter, retryAfterEnd } from './retry-after.ts'
import { ShadowCall } from './shadow-call.ts'
import { chooseVersion, shadowsOf } from './traffic.ts'

export interface DispatcherOptions {
  prefix: string
  limits: Limits
  tenantConcurrency: number
  weightOf: (tenant: string) => number
  onStuck: (key: string) => void
  /** Somebody asks for a model that was set aside. */
  onWanted: (model: string) => void
}

const MAX_SHADOW_BACKLOG = 32

export class Dispatcher {
  readonly slots = new BodySlots()
  private readonly options: DispatcherOptions
  /** By the engine's socket. */
  private readonly clients = new Map<string, EngineClient>()
  private readonly stats = new Map<string, RequestStats>()
  /** The same by the route itself, until the table changes. */
  private readonly statsByRoute = new Map<VersionRoute, RequestStats>()
  private table: RouteTable = { models: [], ready: false, textModel: '' }
  private models = new Map<string, ModelRoute>()

  constructor(options: DispatcherOptions) {
    this.options = options
  }

  get routes(): RouteTable {
    return this.table
  }

  model(name: string): ModelRoute | undefined {
    return this.models.get(name)
  }

  update(table: RouteTable): void {
    this.table = table
    this.statsByRoute.clear()
    this.models = new Map(table.models.map((model) => [model.name, model]))
    const wanted = new Set<string>()
    for (const model of table.models) {
      for (const version of model.versions) {
        this.statsFor(model.name, version.version, model.tenant)
        if (version.socket === '') continue
        wanted.add(version.socket)
        if (!this.clients.has(version.socket)) this.open(model, version)
      }
    }
    for (const [socket, client] of this.clients) {
      if (wanted.has(socket)) continue
      this.clients.delete(socket)
      client.retire()
    }
    const kept = new Set(
      table.models.flatMap((model) =>
        ['', ...model.versions.map((each) => each.version)].map((version) => `${model.name}\n${version}`),
      ),
    )
    for (const key of this.stats.keys()) if (!kept.has(key)) this.stats.delete(key)
  }

  private open(model: ModelRoute, version: VersionRoute): void {
    const client = new EngineClient({
      socket: version.socket,
      prefix: this.options.prefix,
      slotFolder: this.slots.folder,
      maxBatch: version.maxBatch,
      lanes: version.lanes,
      timeoutMilliseconds: model.timeoutMilliseconds,
      awaySeconds: retryAfterEnd(version),
      weightOf: this.options.weightOf,
      onStuck: () => this.options.onStuck(version.key),
    })
    this.clients.set(version.socket, client)
  }

  statsFor(model: string, version: string, tenant: string): RequestStats {
    const key = `${model}\n${version}`
    let stats = this.stats.get(key)
    if (!stats) {
      stats = requestStats(model, version, tenant)
      this.stats.set(key, stats)
    }
    return stats
  }

  statsOf(model: ModelRoute, version: VersionRoute): RequestStats {
    let stats = this.statsByRoute.get(version)
    if (!stats) {
      stats = this.statsFor(model.name, version.version, model.tenant)
      this.statsByRoute.set(version, stats)
    }
    return stats
  }

  collect(): RequestStats[] {
    return [...this.stats.values()]
  }

  sweep(now: number): void {
    for (const client of this.clients.values()) client.sweep(now)
  }

  /** The version to answer, or why there is none. */
  choose(model: ModelRoute, named: string | undefined, stickyKey: string): VersionRoute {
    if (named !== undefined) {
      const version = model.versions.find((each) => each.version === named)
      if (!version) throw new InferenceError(404, `model "${model.name}" has no version "${named}"`)
      if (version.state === 'Ready' && version.socket !== '') return version
      if (version.asleep) this.options.onWanted(model.name)
      throw notReady(model.name, version)
    }
    const version = chooseVersion(model, stickyKey, Math.random)
    if (version) return version
    if (model.versions.some((each) => each.asleep)) this.options.onWanted(model.name)
    const answering = model.versions.filter((each) => !each.shadow && each.weight > 0)
    const [first] = answering
    throw first
      ? notReady(model.name, first, answering)
      : new InferenceError(503, `model "${model.name}" has no version`, 1)
  }

  /** Takes a place in the limits; throws when one is reached. */
  enter(model: ModelRoute, tenant: string): void {
    const { limits, tenantConcurrency } = this.options
    if (Number.isFinite(model.requestsPerSecond)) {
      const wait = limits.pace(model.slot, model.requestsPerSecond, Date.now())
      if (wait > 0) throw tooMany(`model "${model.name}" takes ${model.requestsPerSecond} requests a second`, wait)
    }
    if (!limits.enterModel(model.slot, model.concurrency)) {
      throw tooMany(`model "${model.name}" takes ${model.concurrency} requests at once`, 1000)
    }
    if (!limits.enterTenant(tenant, tenantConcurrency)) {
      limits.leaveModel(model.slot)
      throw tooMany(`tenant "${tenant}" may have ${tenantConcurrency} requests under way`, 1000)
    }
  }

  leave(model: ModelRoute, tenant: string): void {
    this.options.limits.leaveModel(model.slot)
    this.options.limits.leaveTenant(tenant)
  }

  /** Where a small body for this version waits; undefined when it has no engine. */
  bodiesOf(version: VersionRoute): BodyArena | undefined {
    return this.clients.get(version.socket)?.bodies
  }

  submit(call: Call): void {
    const { model, version } = call
    const now = performance.now()
    call.enqueuedAt = now
    call.sentAt = now
    call.deadline = now + Math.min(call.patience || Number.POSITIVE_INFINITY, model.timeoutMilliseconds)
    const client = this.clients.get(version.socket)
    if (client) client.submit(call)
    else {
      call.freeBody()
      call.failed(notReady(model.name, version))
    }
  }

  /** The same request to each shadow version, after the answer is out; dropped when a shadow cannot keep up. */
  shadow(call: Call, answer: WireAnswer): void {
    const { model } = call
    if (model.versions.length < 2) return
    let kept: WireAnswer | undefined
    let body: Buffer | undefined
    for (const version of shadowsOf(model)) {
      const client = this.clients.get(version.socket)
      const stats = this.statsFor(model.name, version.version, model.tenant)
      // A large body is not worth another copy.
      const why = call.slot ? 'large' : !client || client.waiting + client.underWay > MAX_SHADOW_BACKLOG ? 'behind' : ''
      if (!client || why !== '') {
        stats.shadowSkipped[why] = (stats.shadowSkipped[why] ?? 0) + 1
        continue
      }
      kept ??= {
        ...answer,
        bytes: Buffer.from(answer.bytes.subarray(answer.from, answer.to)),
        from: 0,
        to: answer.to - answer.from,
      }
      body ??= Buffer.from(call.bytes.subarray(call.from, call.from + call.length))
      client.submit(new ShadowCall(call, body, kept, stats))
    }
  }
}

const notReady = (model: string, version: VersionRoute, answering = [version]): InferenceError => {
  const why = version.message === '' ? 'try again in a moment' : version.message
  const state = version.asleep ? 'not loaded' : version.state.toLowerCase()
  return new InferenceError(
    503,
    `model "${model}" version "${version.version}" is ${state}: ${why}`,
    retryAfter(answering),
  )
}

const tooMany = (what: string, waitMilliseconds: number): InferenceError =>
  new InferenceError(
    429,
    `${what}: try again later or ask for a higher limit`,
    Math.max(1, Math.ceil(waitMilliseconds / 1000)),
  )
