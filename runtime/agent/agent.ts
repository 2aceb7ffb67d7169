/**
 * The agent beside a runtime: follows InferenceModel objects, fetches the files they name, tells the runtime what to
 * serve and writes back what became of it. Everything is level-triggered: lost events, restarts of the agent, of the
 * runtime or of the API server only delay.
 */
import { setTimeout as wait } from 'node:timers/promises'
import { INFERENCE_API_VERSION, INFERENCE_PLURAL } from '#server/contracts/inference/inference-model.ts'
import { type ControlClient, controlClient } from './control-client.ts'
import { ModelFiles } from './files/model-files.ts'
import type { KubernetesClient } from './kubernetes/client.ts'
import type { KubeObject } from './kubernetes/objects.ts'
import { Reflector } from './kubernetes/reflector.ts'
import type { AgentOptions } from './options.ts'
import { keyOfServed } from './reconcile/names.ts'
import { OwnedNames } from './reconcile/owned-names.ts'
import { readObject, statusOf } from './reconcile/reading.ts'
import { type Outcome, Reconciler } from './reconcile/reconciler.ts'
import { Replicas } from './reconcile/replicas.ts'
import { WorkQueue } from './reconcile/work-queue.ts'
import { type Log, textOf } from './reporting/log.ts'
import type { AgentMetrics } from './reporting/metrics.ts'

const WORKERS = 4
const POLL_MILLISECONDS = 500
const QUIET_POLL_MILLISECONDS = 3000
const FIRST_RETRY = 2000
const LONGEST_RETRY = 60_000
const LEAVE_MILLISECONDS = 2000
const SWEEP_MILLISECONDS = 600_000

export type Agent = { notReady: () => string | undefined; stop: () => Promise<void> }

export const startAgent = async (
  options: AgentOptions,
  client: KubernetesClient,
  metrics: AgentMetrics,
  log: Log,
): Promise<Agent> => {
  const stopping = new AbortController()
  const { signal } = stopping
  const control = controlClient(options.control)
  const owned = await OwnedNames.open(options.cache)
  const files = await ModelFiles.open({
    cache: options.cache,
    store: options.store,
    s3: options.s3,
    allowed: options.allowUrls,
    maxBytes: options.maxModelBytes,
    idleMilliseconds: 60_000,
    onFetched: (bytes, milliseconds) => {
      metrics.add('modelyard_agent_fetched_bytes_total', bytes)
      metrics.add('modelyard_agent_fetch_seconds_total', milliseconds / 1000)
    },
  })

  const watching = {
    client,
    log,
    stallMilliseconds: options.stallSeconds * 1000,
    watchSeconds: 600,
    onRestart: (reason: string) => metrics.add('modelyard_agent_watch_restarts_total', 1, ['reason', reason]),
  }
  const namespaces = new Reflector({
    ...watching,
    path: '/api/v1/namespaces',
    ...(options.namespaceSelector && { labelSelector: options.namespaceSelector }),
    onChange: (namespace) => {
      for (const key of models.objects.keys()) if (key.startsWith(`${namespace}/`)) queue.add(key)
    },
  })
  const models = new Reflector({
    ...watching,
    path: `/apis/${INFERENCE_API_VERSION}/${INFERENCE_PLURAL}`,
    onChange: (key) => queue.add(key),
  })
  const namespaceOf = (object: KubeObject) => namespaces.objects.get(object.metadata.namespace ?? '')
  const find = (key: string): KubeObject | undefined => {
    const object = models.objects.get(key)
    return object && !object.metadata.deletionTimestamp && namespaceOf(object) ? object : undefined
  }

  const { replica, leaseNamespace } = options
  const replicas = leaseNamespace
    ? new Replicas({
        client,
        namespace: leaseNamespace,
        replica,
        renewMilliseconds: options.leaseSeconds * 1000,
        log,
        signal,
      })
    : undefined
  const reconciler = new Reconciler({
    ...options,
    client,
    control,
    files,
    owned,
    find,
    namespaceOf,
    replicas,
    log,
    signal,
  })
  const retries = new Map<string, number>()
  const underWay = new Set<string>()
  const synced = () => namespaces.synced && models.synced

  const work = async (key: string): Promise<void> => {
    // Until both lists are in, an object that is missing here may only be late.
    if (!synced()) return queue.addLater(key, 100)
    const started = performance.now()
    const outcome = await reconciler.reconcile(key).catch((error: unknown): Outcome => {
      if (!signal.aborted)
        log('error', 'An object could not be worked on; it is tried again.', { object: key, error: textOf(error) })
      return 'failed'
    })
    metrics.add('modelyard_agent_reconciles_total', 1, ['outcome', outcome])
    metrics.add('modelyard_agent_reconcile_seconds_total', (performance.now() - started) / 1000)
    if (outcome === 'under way') underWay.add(key)
    else underWay.delete(key)
    if (outcome !== 'failed') return void retries.delete(key)
    const delay = retries.get(key) ?? FIRST_RETRY
    retries.set(key, Math.min(delay * 2, LONGEST_RETRY))
    queue.addLater(key, delay)
  }
  const queue = new WorkQueue(WORKERS, work)

  let missing: string | undefined = 'The agent has just started.'
  let caughtUp = false
  const listen = async (): Promise<void> => {
    const statuses = await hearRuntime(control, metrics)
    const before = missing
    missing = !synced()
      ? 'The first list of objects is not in.'
      : statuses
        ? undefined
        : 'The runtime does not answer its control socket.'
    metrics.set('modelyard_agent_queue_depth', queue.depth)
    metrics.set('modelyard_agent_objects', models.objects.size)
    if (!statuses || !synced()) return
    for (const name of reconciler.hear(statuses)) queue.add(keyOfServed(name))
    // What failed because the runtime was away need not wait any longer.
    if (before !== undefined) for (const key of retries.keys()) queue.add(key)
    // What was deleted while no agent was running.
    if (!caughtUp) for (const name of owned.all()) queue.add(keyOfServed(name))
    caughtUp = true
  }
  /** Objects that still carry the word of a replica that is gone. */
  const revisit = (): void => {
    for (const [key, object] of models.objects) {
      if (statusOf(object).replicas?.some((entry) => !replicas?.isAlive(entry.name))) queue.add(key)
    }
  }
  const complain = (error: unknown): void =>
    log('error', 'A regular task failed; it is tried again.', { error: textOf(error) })
  const run = Promise.all([
    replicas?.run(revisit),
    namespaces.run(signal),
    models.run(signal),
    every(
      signal,
      () => (underWay.size > 0 || queue.depth > 0 || missing ? POLL_MILLISECONDS : QUIET_POLL_MILLISECONDS),
      listen,
      complain,
    ),
    every(
      signal,
      () => SWEEP_MILLISECONDS,
      () => sweep(models, reconciler, files, synced),
      complain,
    ),
  ])

  return {
    notReady: () => missing,
    stop: async () => {
      stopping.abort()
      queue.stop()
      await run
      const late = wait(LEAVE_MILLISECONDS, undefined, { ref: false })
      await Promise.race([replicas?.leave(), late]).catch((error: unknown) =>
        log('warn', 'The lease could not be given up.', { error: textOf(error) }),
      )
    },
  }
}

const hearRuntime = async (control: ControlClient, metrics: AgentMetrics) => {
  try {
    const statuses = await control.list()
    metrics.set('modelyard_agent_runtime_reachable', 1)
    return statuses
  } catch {
    metrics.set('modelyard_agent_runtime_reachable', 0) // it may be starting; readiness says so until it answers
    return undefined
  }
}

const every = async (
  signal: AbortSignal,
  milliseconds: () => number,
  act: () => Promise<void>,
  onFailure: (error: unknown) => void,
): Promise<void> => {
  while (!signal.aborted) {
    await act().catch(onFailure)
    await wait(milliseconds(), undefined, { signal }).catch(() => {}) // aborted: the loop ends
  }
}

const sweep = async (
  models: Reflector,
  reconciler: Reconciler,
  files: ModelFiles,
  synced: () => boolean,
): Promise<void> => {
  if (!synced()) return
  const asked = [...models.objects.values()].flatMap((object) => readObject(object, undefined).spec?.versions ?? [])
  await files.keepOnly(new Set([...asked.map((version) => version.modelRef.digest), ...reconciler.digestsInUse()]))
}
