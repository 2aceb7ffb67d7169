/**
 * From an admitted request to its engine and back, for one acceptor: chooses the version, holds the limits, keeps a
 * client for each engine, counts, and sends copies to shadow versions.
 */
import type { BodyKind, WireAnswer } from '../engine/frames.ts'
import type { ModelRoute, RouteTable, VersionRoute } from '../http/route-table.ts'
import { observe, type RequestStats, ROWS_BUCKETS, requestStats, SECONDS_BUCKETS } from '../metrics/request-stats.ts'
import { InferenceError } from '../protocol/errors.ts'
import { BodySlots, type Slot } from './body-slots.ts'
import { sameOutputs } from './compare-answers.ts'
import { EngineClient, type Job } from './engine-client.ts'
import type { Limits } from './limits.ts'
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

/** A place in the limits, taken before the body is read. Leaving twice is harmless. */
export interface Admission {
  model: ModelRoute
  version: VersionRoute
  stats: RequestStats
  leave: () => void
}

export interface Call {
  kind: BodyKind
  name: string
  jsonLength: number | undefined
  body: Buffer
  /** Where a large body lies; `body` is empty then. */
  slot: Slot | undefined
  tenant: string
  timeoutMilliseconds: number
}

const MAX_SHADOW_BACKLOG = 32

export class Dispatcher {
  readonly slots = new BodySlots()
  private readonly options: DispatcherOptions
  private readonly clients = new Map<string, { client: EngineClient; socket: string }>()
  private readonly stats = new Map<string, RequestStats>()
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
    for (const [socket, { client }] of this.clients) {
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
      weightOf: this.options.weightOf,
      onStuck: () => this.options.onStuck(version.key),
    })
    this.clients.set(version.socket, { client, socket: version.socket })
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

  collect(): RequestStats[] {
    return [...this.stats.values()]
  }

  sweep(now: number): void {
    for (const { client } of this.clients.values()) client.sweep(now)
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
    const first = model.versions.find((each) => !each.shadow && each.weight > 0)
    throw first ? notReady(model.name, first) : new InferenceError(503, `model "${model.name}" has no version`, 1)
  }

  /** Throws when a limit is reached. */
  admit(model: ModelRoute, version: VersionRoute, tenant: string): Admission {
    const { limits, tenantConcurrency } = this.options
    const stats = this.statsFor(model.name, version.version, model.tenant)
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
    let inside = true
    const leave = (): void => {
      if (!inside) return
      inside = false
      limits.leaveModel(model.slot)
      limits.leaveTenant(tenant)
    }
    return { model, version, stats, leave }
  }

  /** Returns a way to abandon the call. */
  send(
    admission: Admission,
    call: Call,
    done: (answer: WireAnswer, queuedMilliseconds: number) => void,
    failed: (error: InferenceError) => void,
  ): () => void {
    const { model, version, stats } = admission
    const now = performance.now()
    const patience = Math.min(call.timeoutMilliseconds || Number.POSITIVE_INFINITY, model.timeoutMilliseconds)
    const job: Job = {
      ...call,
      deadline: now + patience,
      enqueuedAt: now,
      sentAt: now,
      over: false,
      done: (answer) => {
        const queued = job.sentAt - job.enqueuedAt + answer.waitMicros / 1000
        observe(stats.queue, SECONDS_BUCKETS, queued / 1000)
        if (answer.batchRows > 0) {
          observe(stats.batchRows, ROWS_BUCKETS, answer.batchRows)
          stats.runSeconds += answer.runMicros / 1e6
          stats.runs++
        }
        done(answer, queued)
        if (answer.status === 200) this.shadow(model, call, answer)
      },
      failed,
    }
    const found = this.clients.get(version.socket)
    if (found) found.client.submit(job)
    else {
      call.slot?.release()
      failed(notReady(model.name, version))
    }
    return () => {
      job.over = true
    }
  }

  /** The same request to each shadow version, after the answer is out; dropped when a shadow cannot keep up. */
  private shadow(model: ModelRoute, call: Call, answer: WireAnswer): void {
    if (call.slot) return // its memory has gone back by now, and shadows are not worth another copy
    for (const version of shadowsOf(model)) {
      const client = this.clients.get(version.socket)?.client
      if (!client || client.waiting + client.underWay > MAX_SHADOW_BACKLOG) continue
      const stats = this.statsFor(model.name, version.version, model.tenant)
      const now = performance.now()
      client.submit({
        ...call,
        deadline: now + model.timeoutMilliseconds,
        enqueuedAt: now,
        sentAt: now,
        over: false,
        done: (other) => {
          stats.shadowCompared++
          if (!sameOutputs(answer, other)) stats.shadowDiffered++
        },
        failed: () => {
          stats.shadowCompared++
          stats.shadowDiffered++
        },
      })
    }
  }
}

const notReady = (model: string, version: VersionRoute): InferenceError => {
  const why = version.message === '' ? 'try again in a moment' : version.message
  return new InferenceError(
    503,
    `model "${model}" version "${version.version}" is ${version.state.toLowerCase()}: ${why}`,
    2,
  )
}

const tooMany = (what: string, waitMilliseconds: number): InferenceError =>
  new InferenceError(
    429,
    `${what}: try again later or ask for a higher limit`,
    Math.max(1, Math.ceil(waitMilliseconds / 1000)),
  )
