/**
 * One served name: the versions that answer now, and those that will once they are ready. A new wish is loaded beside the
 * old one and takes over in one step; what is not used any more finishes its work and goes.
 */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { LoadOrder, ReadyMessage } from '../engine/lifecycle/messages.ts'
import { type Supervised, supervise } from '../engine/lifecycle/supervisor.ts'
import type { ModelRoute, VersionRoute } from '../http/route-table.ts'
import { fileNameOf } from '../metrics/kept-windows.ts'
import type { Check } from '../models/checks.ts'
import { ModelUnavailable, type Repository } from '../models/repository.ts'
import { mayPass } from '../models/validate.ts'
import { Comeback } from './comeback.ts'
import type { ModelSpec, ModelStatus, VersionSpec, VersionState, VersionStatus } from './contract.ts'

export interface EntryOptions {
  repository: Repository
  check: Check
  memoryMegabytes: number
  loadTimeoutMilliseconds: number
  lanes: number
  /** Where versions write down what they predicted. */
  memoryFolder: string
  slot: number
  onChange: () => void
  closing: () => boolean
  log: (event: string, details: Record<string, unknown>) => void
}

export interface LoadedVersion {
  readonly version: string
  /** What it was loaded for; the same wish needs no new load. */
  readonly wish: string
  /** The same of the wish that an engine is told; what is wished for now may differ while another is loaded beside it. */
  readonly settings: Pick<ModelSpec, 'tenant' | 'batching' | 'monitoring'>
  readonly key: string
  digest: string | undefined
  state: VersionState
  message: string
  supervised: Supervised | undefined
  /** The checked file, once it is here. */
  path: string
  /** Unloaded to make room; the next request loads it again. */
  asleep: boolean
  /** A request has asked for it since, and it has not settled yet. */
  waking: boolean
  /** What its engine said of it before it was set aside. */
  known: ReadyMessage | undefined
  /** When it is likely to answer again. */
  readonly comeback: Comeback
  stop: () => void
  stopped: boolean
}

const DEFAULT_CONCURRENCY = 1024
export const DEFAULT_TIMEOUT = 30_000
const DEFAULT_MAX_BATCH = 64
const DEFAULT_LATENCY_BUDGET = 100
const FIRST_RETRY = 2000
const LONGEST_RETRY = 60_000
/** Checks of a file that took too long or too much, after which it is believed to be the file. */
const MOST_CHECKS = 8

let loads = 0

/** What makes a version another one to load; weights and limits are not part of it. */
const wishOf = (spec: ModelSpec, version: VersionSpec): string =>
  JSON.stringify([
    spec.tenant,
    version.version,
    version.digest,
    version.path,
    version.url,
    spec.batching,
    spec.monitoring,
  ])

const settledStates: readonly VersionState[] = ['Ready', 'SetAside', 'Failed', 'Quarantined']

/** It failed for what may have been the machine's fault: it was too busy, or others had its memory. */
class Inconclusive extends Error {}

export class ModelEntry {
  readonly name: string
  spec: ModelSpec
  private readonly options: EntryOptions
  private current: LoadedVersion[] = []
  private next: LoadedVersion[] = []
  /** Weights go with the versions they were wished for: they change together with `current`. */
  private routed: ModelSpec

  constructor(name: string, spec: ModelSpec, options: EntryOptions) {
    this.name = name
    this.spec = spec
    this.routed = spec
    this.options = options
    this.next = spec.versions.map((version) => this.begin(version))
    this.settle()
  }

  get loaded(): LoadedVersion[] {
    return [...new Set([...this.current, ...this.next])]
  }

  /** What a version predicted lies where only the same wish looks for it. */
  private memoryOf(wish: string): string {
    const { memoryFolder } = this.options
    return memoryFolder === '' ? '' : join(memoryFolder, fileNameOf(`${this.name}\n${wish}`))
  }

  private forget(wish: string): void {
    const memory = this.memoryOf(wish)
    if (memory !== '') void rm(memory, { recursive: true, force: true })
  }

  get slot(): number {
    return this.options.slot
  }

  change(spec: ModelSpec): void {
    const before = this.loaded
    this.spec = spec
    this.next = spec.versions.map((version) => {
      const wish = wishOf(spec, version)
      return before.find((each) => each.wish === wish && !each.stopped) ?? this.begin(version)
    })
    for (const each of before) if (!this.current.includes(each) && !this.next.includes(each)) each.stop()
    this.settle()
  }

  remove(): void {
    for (const each of this.loaded) each.stop()
    this.current = []
    this.next = []
  }

  /** Moves traffic when nothing that was wished for is still on its way; at once when nothing answers yet. */
  settle(): void {
    const waiting = this.next.some((each) => !settledStates.includes(each.state))
    const answering = this.current.some((each) => each.state === 'Ready')
    if (!waiting || !answering) {
      const left = this.current.filter((each) => !this.next.includes(each))
      this.current = this.next
      this.routed = this.spec
      for (const each of left) each.stop()
    }
    this.options.onChange()
  }

  private begin(version: VersionSpec): LoadedVersion {
    const stopper = new AbortController()
    const loaded: LoadedVersion = {
      version: version.version,
      wish: wishOf(this.spec, version),
      settings: this.spec,
      key: `${this.name}@${version.version}#${++loads}`,
      digest: version.digest,
      state: 'Pending',
      message: 'waiting for its file',
      supervised: undefined,
      path: '',
      asleep: false,
      waking: false,
      known: undefined,
      comeback: new Comeback(),
      stopped: false,
      stop: () => {
        loaded.stopped = true
        stopper.abort()
        // The acceptors learn of it first and finish what they have there; the engine leaves when they have hung up.
        const ended = loaded.supervised?.stop(this.routed.limits.timeoutMilliseconds ?? DEFAULT_TIMEOUT)
        // Not when the server goes: then it is wanted again.
        void ended?.then(() => !this.options.closing() && this.forget(loaded.wish))
      },
    }
    void this.load(version, loaded, stopper.signal, 1)
    return loaded
  }

  private becomer(loaded: LoadedVersion): (state: VersionState, message: string) => void {
    return (state, message) => {
      if (loaded.stopped) return
      loaded.state = state
      if (settledStates.includes(state)) loaded.waking = false
      if (state === 'Failed' || state === 'Quarantined') loaded.comeback.gaveUp()
      loaded.message = message
      this.settle()
    }
  }

  get isSettled(): boolean {
    return this.loaded.every((each) => settledStates.includes(each.state))
  }

  /** Unloads every version; the name stays, and the next request brings them back. */
  setAside(): void {
    for (const loaded of this.current) {
      if (loaded.state !== 'Ready') continue
      const { supervised } = loaded
      loaded.known = supervised?.ready
      loaded.supervised = undefined
      loaded.asleep = true
      void supervised?.stop(this.routed.limits.timeoutMilliseconds ?? DEFAULT_TIMEOUT)
      this.becomer(loaded)('SetAside', 'set aside to make room for others; a request loads it again')
    }
  }

  wake(): void {
    for (const loaded of this.current) {
      if (!loaded.asleep) continue
      loaded.asleep = false
      loaded.waking = true
      this.startEngine(loaded, this.becomer(loaded))
    }
  }

  private async load(version: VersionSpec, loaded: LoadedVersion, signal: AbortSignal, attempt: number): Promise<void> {
    const become = this.becomer(loaded)
    try {
      const { path, digest } = await this.options.repository.obtain(version, signal)
      if (loaded.stopped) return
      loaded.digest = digest
      become('Loading', attempt === 1 ? 'being checked' : `being checked again, after ${loaded.message}`)
      const verdict = await this.options.check(path, digest)
      if (!verdict.ok && mayPass(verdict.code) && attempt < MOST_CHECKS) throw new Inconclusive(verdict.reason)
      if (!verdict.ok) return become('Failed', verdict.reason)
      loaded.path = path
      if (!loaded.stopped) this.startEngine(loaded, become)
    } catch (error) {
      if (loaded.stopped) return
      const again = error instanceof ModelUnavailable || error instanceof Inconclusive
      const pause = Math.min(FIRST_RETRY * 2 ** (attempt - 1), LONGEST_RETRY)
      const reason = error instanceof Error ? error.message : String(error)
      become('Failed', again ? `${reason} (attempt ${attempt}; the next in ${pause / 1000} s)` : reason)
      this.options.log('load failed', { model: this.name, version: version.version, reason: loaded.message })
      if (again) {
        loaded.comeback.starts(Date.now(), pause)
        setTimeout(() => {
          if (!loaded.stopped) void this.load(version, loaded, signal, attempt + 1)
        }, pause).unref()
      }
    }
  }

  private startEngine(loaded: LoadedVersion, become: (state: VersionState, message: string) => void): void {
    const { tenant, batching, monitoring } = loaded.settings
    const order: Omit<LoadOrder, 'type' | 'socket'> = {
      name: this.name,
      version: loaded.version,
      tenant,
      path: loaded.path,
      maxBatch: batching.maxBatch ?? DEFAULT_MAX_BATCH,
      lanes: this.options.lanes,
      monitoring,
      memory: this.memoryOf(loaded.wish),
    }
    let restarts = 0
    const supervised = supervise({
      order,
      memoryMegabytes: this.options.memoryMegabytes,
      loadTimeoutMilliseconds: this.options.loadTimeoutMilliseconds,
      log: this.options.log,
      onChange: () => {
        if (loaded.supervised !== supervised) return
        if (supervised.restarts > restarts) loaded.comeback.ended(Date.now())
        if (supervised.state === 'Ready') loaded.comeback.isLoaded(supervised.loadSeconds)
        restarts = supervised.restarts
        become(supervised.state, supervised.message)
      },
    })
    loaded.supervised = supervised
    loaded.comeback.starts(Date.now())
    become(supervised.state, supervised.message)
  }

  private versionStatus(version: VersionSpec): VersionStatus {
    const wish = wishOf(this.spec, version)
    const loaded = this.next.find((each) => each.wish === wish)
    return {
      version: version.version,
      ...((loaded?.digest ?? version.digest) && { digest: loaded?.digest ?? version.digest }),
      weight: version.weight,
      shadow: version.shadow,
      state: loaded?.state ?? 'Pending',
      message: loaded?.message ?? '',
      restarts: loaded?.supervised?.restarts ?? 0,
    }
  }

  status(): ModelStatus {
    const versions = this.spec.versions.map((version) => this.versionStatus(version))
    const answering = versions.filter((each) => !each.shadow && each.weight > 0)
    const worst = (['Quarantined', 'Failed', 'Loading', 'Pending', 'SetAside'] as const).find((state) =>
      answering.some((each) => each.state === state),
    )
    const culprit = answering.find((each) => each.state === worst)
    return {
      name: this.name,
      tenant: this.spec.tenant,
      state: worst ?? 'Ready',
      message: culprit ? `version ${culprit.version}: ${culprit.message}` : '',
      versions,
    }
  }

  route(): ModelRoute {
    const { routed } = this
    return {
      name: this.name,
      tenant: routed.tenant,
      slot: this.options.slot,
      concurrency: routed.limits.concurrency ?? DEFAULT_CONCURRENCY,
      requestsPerSecond: routed.limits.requestsPerSecond ?? Number.POSITIVE_INFINITY,
      timeoutMilliseconds: routed.limits.timeoutMilliseconds ?? DEFAULT_TIMEOUT,
      versions: this.current.map((loaded) => this.versionRoute(loaded, routed)),
    }
  }

  private versionRoute(loaded: LoadedVersion, routed: ModelSpec): VersionRoute {
    const spec = routed.versions.find((each) => each.version === loaded.version)
    const { supervised } = loaded
    // A model that is set aside still tells what it is: who reads that first is about to ask it.
    const said = supervised?.ready ?? (loaded.asleep || loaded.waking ? loaded.known : undefined)
    const maxBatch = routed.batching.maxBatch ?? DEFAULT_MAX_BATCH
    // A batch must not take longer than the budget for latency; a row alone may.
    const budget = (routed.batching.latencyBudgetMilliseconds ?? DEFAULT_LATENCY_BUDGET) * 1000
    const fitting = said?.runMicros ? Math.max(1, Math.floor(budget / said.runMicros)) : maxBatch
    return {
      version: loaded.version,
      key: loaded.key,
      state: loaded.state,
      message: loaded.message,
      weight: spec?.weight ?? 0,
      shadow: spec?.shadow ?? false,
      socket: supervised?.socket ?? '',
      asleep: loaded.asleep,
      waking: loaded.waking,
      backAt: loaded.comeback.backAt,
      awayMilliseconds: loaded.comeback.away,
      metadata: said ? JSON.stringify(metadataOf(this.name, routed, said.signature)) : '',
      takesText: said?.takesText ?? false,
      maxBatch: said?.batchable ? Math.min(maxBatch, fitting) : Math.min(8, fitting),
      lanes: said?.lanes ?? 1,
    }
  }
}

const metadataOf = (
  name: string,
  spec: ModelSpec,
  signature: {
    inputs: { name: string; datatype: string; shape: number[] }[]
    outputs: { name: string; datatype: string; shape: number[] }[]
    parameters: Record<string, string>
  },
) => {
  const plain = (each: { name: string; datatype: string; shape: number[] }) => ({
    name: each.name,
    datatype: each.datatype,
    shape: each.shape,
  })
  return {
    name,
    versions: spec.versions.map((each) => each.version),
    platform: 'onnxruntime_onnx',
    inputs: signature.inputs.map(plain),
    outputs: signature.outputs.map(plain),
    parameters: signature.parameters,
  }
}
