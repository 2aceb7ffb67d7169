/** Keeps an Application for every folder a git directory generator finds. */
import { posix } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import { isNotFound, messageOf } from '#sandbox/kube-client/api-error.ts'
import type { KubeClient } from '#sandbox/kube-client/kube-client.ts'
import { type Condition, controlledBy, type KubeObject, setCondition } from '#sandbox/kube-client/objects.ts'
import { type Application, GROUP_VERSION, REFRESH, RESOURCES_FINALIZER, SET_REFRESH } from './application.ts'
import type { Repositories } from './git/repositories.ts'
import { fillTemplate, parametersOf } from './template.ts'

const SetSpec = z.looseObject({
  goTemplate: z.boolean().default(false),
  generators: z.array(
    z.looseObject({
      git: z
        .looseObject({
          repoURL: z.string(),
          revision: z.string().default('HEAD'),
          directories: z.array(z.looseObject({ path: z.string(), exclude: z.boolean().default(false) })).default([]),
        })
        .optional(),
    }),
  ),
  template: z.looseObject({ metadata: z.looseObject({}), spec: z.looseObject({}) }),
  syncPolicy: z.looseObject({ preserveResourcesOnDeletion: z.boolean().default(false) }).optional(),
})
type SetSpec = z.infer<typeof SetSpec>

const Generated = z.looseObject({
  metadata: z.looseObject({
    name: z.string().min(1),
    labels: z.record(z.string(), z.string()).optional(),
    annotations: z.record(z.string(), z.string()).optional(),
    finalizers: z.array(z.string()).optional(),
  }),
  spec: z.looseObject({ project: z.string() }),
})
type Generated = z.infer<typeof Generated>

export type ApplicationSet = KubeObject<unknown, { conditions?: Condition[] }>
type World = {
  client: KubeClient
  repositories: Repositories
  applications(): Application[]
  hasProject(name: string): boolean
}

class GeneratorError extends Error {
  readonly reason: string
  constructor(reason: string, message: string) {
    super(message)
    this.reason = reason
  }
}

export const reconcileSet = async (world: World, set: ApplicationSet): Promise<void> => {
  if (set.metadata.deletionTimestamp) return
  const asked = set.metadata.annotations?.[SET_REFRESH] !== undefined
  try {
    const spec = SetSpec.parse(set.spec)
    if (asked) await Promise.all(spec.generators.map(({ git }) => git && world.repositories.at(git.repoURL).fetch()))
    const wanted = await generate(world, set, spec)
    const unknown = [...wanted.values()].find((each) => !world.hasProject(each.spec.project))
    await adjust(world, set, spec, wanted)
    if (unknown) {
      throw new GeneratorError(
        'ApplicationValidationError',
        `application references project ${unknown.spec.project} which does not exist`,
      )
    }
    await report(world, set, undefined)
    if (asked) await takeOffRequest(world, set)
  } catch (error) {
    const reason = error instanceof GeneratorError ? error.reason : 'ApplicationGenerationFromParamsError'
    await report(world, set, { reason, message: messageOf(error) })
    throw error
  }
}

const generate = async (world: World, set: ApplicationSet, spec: SetSpec): Promise<Map<string, Generated>> => {
  const wanted = new Map<string, Generated>()
  for (const { git } of spec.generators) {
    if (!git) throw new GeneratorError('UnsupportedGenerator', 'the sandbox knows git directory generators only')
    const repository = world.repositories.at(git.repoURL)
    const folders = await repository.folders(await repository.resolve(git.revision))
    const matching = (folder: string, exclude: boolean) =>
      git.directories.some((each) => each.exclude === exclude && posix.matchesGlob(folder, each.path))
    for (const folder of folders.filter((each) => matching(each, false) && !matching(each, true))) {
      const application = Generated.parse(fillTemplate(spec.template, parametersOf(folder), spec.goTemplate))
      const { name } = application.metadata
      if (wanted.has(name)) {
        const message = `ApplicationSet ${set.metadata.name} contains applications with duplicate name: ${name}`
        throw new GeneratorError('ApplicationValidationError', message)
      }
      wanted.set(name, application)
    }
  }
  return wanted
}

const adjust = async (
  world: World,
  set: ApplicationSet,
  spec: SetSpec,
  wanted: Map<string, Generated>,
): Promise<void> => {
  const type = await world.client.discovery.require(GROUP_VERSION, 'Application')
  const own = world
    .applications()
    .filter((each) => each.metadata.ownerReferences?.some((ref) => ref.uid === set.metadata.uid))
  for (const application of own) {
    if (wanted.has(application.metadata.name) || application.metadata.deletionTimestamp) continue
    await world.client.delete(type, 'argocd', application.metadata.name).catch((error: unknown) => {
      if (!isNotFound(error)) throw error
    })
  }
  const finalizers = spec.syncPolicy?.preserveResourcesOnDeletion ? [] : [RESOURCES_FINALIZER]
  for (const [name, { metadata, spec: applicationSpec }] of wanted) {
    if (!world.hasProject(applicationSpec.project)) continue
    const object: Application = {
      apiVersion: GROUP_VERSION,
      kind: 'Application',
      metadata: {
        name,
        namespace: 'argocd',
        finalizers: metadata.finalizers ?? finalizers,
        ownerReferences: [controlledBy(set)],
        ...(metadata.labels ? { labels: metadata.labels } : {}),
        ...(metadata.annotations ? { annotations: metadata.annotations } : {}),
      },
      spec: applicationSpec,
    }
    const live = world.applications().find((each) => each.metadata.name === name)
    if (!live) await world.client.create(type, object)
    else if (!live.metadata.deletionTimestamp && differs(live, object)) {
      // The refresh somebody asked for outlives an update of the template.
      const refresh = live.metadata.annotations?.[REFRESH]
      const annotations = { ...object.metadata.annotations, ...(refresh ? { [REFRESH]: refresh } : {}) }
      await world.client.replace(type, {
        ...live,
        spec: object.spec,
        metadata: { ...live.metadata, ...object.metadata, annotations },
      })
    }
  }
}

const differs = (live: Application, wanted: Application): boolean => {
  const { [REFRESH]: _refresh, ...annotations } = live.metadata.annotations ?? {}
  return !isDeepStrictEqual(
    [live.spec, live.metadata.labels ?? {}, annotations, live.metadata.finalizers ?? []],
    [wanted.spec, wanted.metadata.labels ?? {}, wanted.metadata.annotations ?? {}, wanted.metadata.finalizers ?? []],
  )
}

const takeOffRequest = async (world: World, set: ApplicationSet): Promise<void> => {
  const type = await world.client.discovery.require(GROUP_VERSION, 'ApplicationSet')
  const change = { metadata: { annotations: { [SET_REFRESH]: null } } }
  await world.client.merge(type, set.metadata.namespace, set.metadata.name, change)
}

const report = async (
  world: World,
  set: ApplicationSet,
  problem: { reason: string; message: string } | undefined,
): Promise<void> => {
  const done = 'All applications have been generated successfully'
  const message = problem?.message ?? done
  const say = (type: string, status: boolean, reason: string): Condition => ({
    type,
    status: status ? 'True' : 'False',
    reason,
    message,
  })
  let conditions = set.status?.conditions
  conditions = setCondition(
    conditions,
    say('ErrorOccurred', problem !== undefined, problem?.reason ?? 'ApplicationSetUpToDate'),
  )
  conditions = setCondition(
    conditions,
    say('ParametersGenerated', problem === undefined, problem?.reason ?? 'ParametersGenerated'),
  )
  conditions = setCondition(
    conditions,
    say('ResourcesUpToDate', problem === undefined, problem?.reason ?? 'ApplicationSetUpToDate'),
  )
  if (isDeepStrictEqual(conditions, set.status?.conditions)) return
  const type = await world.client.discovery.require(GROUP_VERSION, 'ApplicationSet')
  await world.client.merge(type, set.metadata.namespace, set.metadata.name, { status: { conditions } }, 'status')
}
