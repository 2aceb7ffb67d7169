/** The playground: the running model's own signature, and predictions told in words where the model says what they mean. */
import type { OutputOf, ParsedInputOf } from '../../contracts/contract.ts'
import { describeModel } from '../../contracts/inference/model-description.ts'
import { Signature } from '../../contracts/models.ts'
import type { getSignature, predict } from '../../contracts/serving/playground.ts'
import type { Database } from '../../database/database.ts'
import { failure, notFound } from '../../errors.ts'
import type { Actor } from '../../permissions/actor.ts'
import { demand } from '../../permissions/permissions.ts'
import type { InferenceRuntime } from '../../ports/inference-runtime.ts'
import { paths } from '../gitops/gitops.ts'
import { ObservedModel, observedOf } from '../observed/observed.ts'
import { answerOf } from './answer.ts'

type Place = { team: string; namespace: string; model: string }

export function createPlayground({ db, runtime }: { db: Database; runtime: InferenceRuntime }) {
  /** The team's own deployment; another team's name is not even looked up at the runtime. */
  async function deployed({ team, namespace, model }: Place) {
    const [seen] = await observedOf(db, 'model', ObservedModel, { team, namespace, name: model })
    if (!seen) throw notFound(`A deployment of ${model} in ${namespace}`)
    return { name: paths.servedName(namespace, model), seen: seen.data }
  }

  async function servedMetadata(place: Place) {
    const { name, seen } = await deployed(place)
    const metadata = await runtime.metadata(name, place.team)
    if (!metadata) {
      throw failure(
        'integration_unavailable',
        `The runtime does not serve ${name} yet: ${seen.message ?? 'it is still loading'}`,
        'Open the deployment to see what it waits for.',
      )
    }
    return { name, seen, metadata }
  }

  return {
    async signature(actor: Actor, input: ParsedInputOf<typeof getSignature>): Promise<OutputOf<typeof getSignature>> {
      demand(actor, 'playground.use', input.team)
      const { name, metadata } = await servedMetadata(input)
      const described = describeModel(metadata.parameters)
      return {
        ...Signature.parse({
          inputs: metadata.inputs,
          outputs: metadata.outputs,
          task: described.task ?? null,
          labels: described.labels ?? [],
          hints: described.inputs ?? {},
          description: described.description ?? null,
        }),
        servedName: name,
        versions: metadata.versions,
        inferUrl: runtime.inferUrl(name),
      }
    },

    async predict(actor: Actor, input: ParsedInputOf<typeof predict>): Promise<OutputOf<typeof predict>> {
      demand(actor, 'playground.use', input.team)
      const { name, seen } = await deployed(input)
      const result = await runtime.infer(name, input.team, input.inputs, input.version)
      if (!result.ok) {
        if (result.status === 404) throw notFound(`The model ${name} on the runtime`)
        if (result.status === 429 || result.status === 503) {
          throw failure(
            'integration_unavailable',
            `The runtime cannot answer now: ${result.message}`,
            'Wait a moment and try again.',
            {
              ...(result.retryAfterSeconds === null ? {} : { retryAfterSeconds: result.retryAfterSeconds }),
            },
          )
        }
        throw failure(
          'prediction_failed',
          `The model refused the input: ${result.message}`,
          'Correct the input and predict again.',
        )
      }
      const metadata = await runtime.metadata(name, input.team)
      const labels = describeModel(metadata?.parameters ?? {}).labels ?? seen.spec?.monitoring?.labels ?? []
      const { serverTiming: timing, totalMilliseconds: total } = result
      const stage = (stageName: string) => timing[stageName] ?? 0
      const inside = stage('parse') + stage('queue') + stage('run') + stage('serialize')
      return {
        version: result.version,
        outputs: result.outputs,
        answer: answerOf(result.outputs, labels, seen.spec?.monitoring?.riskThresholds ?? []),
        timing: {
          total,
          network: Math.max(0, total - inside),
          parse: stage('parse'),
          queue: stage('queue'),
          run: stage('run'),
          serialize: stage('serialize'),
        },
      }
    },
  }
}
