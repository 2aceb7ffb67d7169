/** Brings one Application nearer to what it asks for: read it, compare, sync if due, write what was found. */
import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import { isNotFound, messageOf } from '#sandbox/kube-client/api-error.ts'
import type { KubeClient } from '#sandbox/kube-client/kube-client.ts'
import type { KubeObject } from '#sandbox/kube-client/objects.ts'
import {
  type Application,
  ApplicationSpec,
  type ApplicationStatus,
  GROUP_VERSION,
  type Issue,
  Operation,
  type OperationState,
  type Project,
  REFRESH,
} from './application.ts'
import { ManifestError, placeManifests, readManifests } from './git/manifests.ts'
import type { Repositories } from './git/repositories.ts'
import { type Destination, specIssues } from './project-rules.ts'
import { applicationPatch, statusFrom } from './status.ts'
import { type Comparer, type Comparison, hasOption } from './sync/comparison.ts'
import type { LiveState } from './sync/live-state.ts'
import { advance, automaticSync, begin, beginAgain, fail, isRunning, restOf } from './sync/operation.ts'
import { syncStep } from './sync/sync.ts'

const WAVE_POLL_MILLISECONDS = 500

export type Surroundings = {
  client: KubeClient
  live: LiveState
  comparer: Comparer
  repositories: Repositories
  projectNamed(name: string): Project | undefined
  /** The server a destination means, or a sentence saying why it means none. */
  destinationOf(spec: ApplicationSpec): Destination | string
}

type Found = {
  spec: ApplicationSpec
  revision: string
  comparison: Comparison
  project: Project
  destination: Destination
}
type Failed = { spec: ApplicationSpec | undefined; revision: string; issues: Issue[] }

/** Returns in how many milliseconds to look again, if it is not enough to wait for something to change. */
export const reconcile = async (world: Surroundings, name: string): Promise<number | undefined> => {
  const type = await world.client.discovery.require(GROUP_VERSION, 'Application')
  const application = await world.client.get<Application>(type, 'argocd', name).catch((error: unknown) => {
    if (isNotFound(error)) return undefined
    throw error
  })
  if (!application) return undefined
  if (application.metadata.deletionTimestamp) return finalize(world, application)

  const refresh = application.metadata.annotations?.[REFRESH]
  const state = application.status?.operationState
  const asked = application.operation === undefined ? undefined : Operation.parse(application.operation)
  const running = isRunning(state) ? state : undefined
  // One that has never been looked at may well be about a commit of this very moment.
  const found = await look(world, application, '', refresh !== undefined || !application.status)
  const now = new Date()

  let operation: OperationState | undefined = running ?? (asked && begin(asked, now))
  let next: number | undefined
  const issues = 'issues' in found ? [...found.issues] : [...found.comparison.issues]
  if (!operation && 'comparison' in found) {
    const automatic = automaticSync(found.spec, found.comparison, found.revision, state, now)
    if (automatic && 'start' in automatic) operation = begin(automatic.start, now)
    else if (automatic && 'wait' in automatic) next = automatic.wait
    else if (automatic) issues.push({ type: 'SyncError', message: automatic.issue })
  }
  if (operation) {
    const started = isRunning(state)
      ? application
      : await write(world, application, { ...application.status, operationState: operation }, operation, refresh)
    const progress = await proceed(world, application, operation, found)
    operation = progress.state
    next = progress.next
    application.status = { ...application.status, ...started.status }
    application.operation = started.operation // so that it is taken off again, and not begun a second time
  }
  const status = statusFrom(application, 'comparison' in found ? found : undefined, found, issues, operation, now)
  await write(world, application, status, operation, refresh)
  // What has just been synced is compared again at once: its new state is what people wait for.
  if (operation && !isRunning(operation)) return 0
  return next
}

const look = async (
  world: Surroundings,
  application: Application,
  revision: string,
  fresh: boolean,
): Promise<Found | Failed> => {
  const parsed = ApplicationSpec.safeParse(application.spec)
  const failed = (spec: ApplicationSpec | undefined, type: string, message: string, at = ''): Failed => ({
    spec,
    revision: at,
    issues: [{ type, message }],
  })
  if (!parsed.success) return failed(undefined, 'InvalidSpecError', z.prettifyError(parsed.error))
  const spec = parsed.data
  const destination = world.destinationOf(spec)
  if (typeof destination === 'string') return failed(spec, 'InvalidSpecError', destination)
  const project = world.projectNamed(spec.project)
  const issues = specIssues(spec, project, destination)
  if (issues.length > 0 || !project) return { spec, revision: '', issues }
  let commit = ''
  try {
    const repository = world.repositories.at(spec.source.repoURL)
    if (fresh) await repository.fetch()
    commit = await repository.resolve(revision || spec.source.targetRevision)
    const manifests = await readManifests(repository, commit, spec.source)
    const { desired, issues: warnings } = await placeManifests(
      manifests,
      spec.destination.namespace,
      world.client.discovery,
    )
    for (const { type } of desired.values()) if (type) await world.live.watch(type)
    await watchFormerKinds(world, application)
    const comparison = await world.comparer.compare(application.metadata.name, spec, desired)
    return {
      spec,
      revision: commit,
      project,
      destination,
      comparison: { ...comparison, issues: [...warnings, ...comparison.issues] },
    }
  } catch (error) {
    const code = error instanceof ManifestError ? 'FailedPrecondition' : 'Unknown'
    const prefix = `Failed to load target state: failed to generate manifest for source 1 of 1: rpc error: code = ${code}`
    return failed(spec, 'ComparisonError', `${prefix} desc = ${messageOf(error)}`, commit)
  }
}

/** Kinds managed earlier are watched too: what has left Git must still be found to be pruned. */
const watchFormerKinds = async ({ client, live }: Surroundings, application: Application): Promise<void> => {
  for (const { group, version, kind } of application.status?.resources ?? []) {
    const type = await client.discovery.find(group ? `${group}/${version}` : version, kind)
    if (type) await live.watch(type)
  }
}

const proceed = async (
  world: Surroundings,
  application: Application,
  before: OperationState,
  current: Found | Failed,
): Promise<{ state: OperationState; next?: number }> => {
  const now = new Date()
  const rest = restOf(before, now)
  if (rest !== undefined && rest > 0) return { state: before, next: rest }
  const state = rest === undefined ? before : beginAgain(before)
  if (state.phase === 'Terminating') return { state: fail(state, { phase: 'Failed', message: '' }, now) }
  const wanted = state.syncResult?.revision || state.operation.sync?.revision || ''
  const found = wanted && wanted !== current.revision ? await look(world, application, wanted, false) : current
  if (!('comparison' in found)) {
    const message = found.issues.map((issue) => `${issue.type}: ${issue.message}`).join('; ')
    const source = found.spec?.source
    const at = source && found.revision ? { ...state, syncResult: { revision: found.revision, source } } : state
    return { state: fail(at, { phase: 'Error', message }, now) }
  }
  const { client, live } = world
  const { comparison, project, destination } = found
  const done = state.syncResult?.resources ?? []
  const step = await syncStep({ client, live, comparison, operation: state.operation, project, destination, done })
  const after = advance(state, step, found.revision, found.spec.source, new Date())
  if (!isRunning(after)) return { state: after }
  return { state: after, next: restOf(after, new Date()) ?? WAVE_POLL_MILLISECONDS }
}

const write = async (
  world: Surroundings,
  application: Application,
  status: ApplicationStatus,
  operation: OperationState | undefined,
  refresh: string | undefined,
): Promise<Application> => {
  const patch = applicationPatch(application, status, operation, refresh)
  if (!patch) return application
  const type = await world.client.discovery.require(GROUP_VERSION, 'Application')
  return world.client.merge(type, 'argocd', application.metadata.name, patch)
}

/** Deletes what the Application made before the Application itself may go. */
const finalize = async (world: Surroundings, application: Application): Promise<number | undefined> => {
  const finalizers = application.metadata.finalizers ?? []
  const ours = finalizers.filter((each) => each.startsWith('resources-finalizer.argocd.argoproj.io'))
  if (ours.length === 0) return undefined
  await watchFormerKinds(world, application)
  const remaining = world.live
    .trackedBy(application.metadata.name)
    .filter(({ object }) => (object.metadata.ownerReferences?.length ?? 0) === 0 && !hasOption(object, 'Delete=false'))
  for (const { object, type } of remaining) {
    if (!object.metadata.deletionTimestamp) await deleteQuietly(world, type, object)
  }
  if (remaining.length > 0) return WAVE_POLL_MILLISECONDS
  const type = await world.client.discovery.require(GROUP_VERSION, 'Application')
  const kept = finalizers.filter((each) => !ours.includes(each))
  await world.client.merge(type, 'argocd', application.metadata.name, { metadata: { finalizers: kept } })
  return undefined
}

const deleteQuietly = async (world: Surroundings, type: Parameters<LiveState['watch']>[0], object: KubeObject) => {
  const { namespace, name, uid } = object.metadata
  try {
    await world.client.delete(type, namespace, name, { propagation: 'Foreground', ...(uid ? { uid } : {}) })
    await world.live.reread(type, object)
  } catch (error) {
    if (!isNotFound(error)) throw error
  }
}

export const sameRequest = (a: Application, b: Application): boolean =>
  isDeepStrictEqual(
    [a.spec, a.operation, a.metadata.annotations, a.metadata.deletionTimestamp, a.metadata.finalizers],
    [...[b.spec, b.operation, b.metadata.annotations, b.metadata.deletionTimestamp, b.metadata.finalizers]],
  )
