/** The playground: a model's own signature, and a prediction by Open Inference Protocol v2. */
import { z } from 'zod'
import { contract } from '../contract.ts'
import { Signature } from '../models.ts'
import { ModelName, NamespaceName, TeamSlug } from '../names.ts'

const place = { team: TeamSlug, namespace: NamespaceName, model: ModelName }

export const getSignature = contract({
  method: 'GET',
  path: '/api/v1/teams/{team}/deployments/{namespace}/{model}/signature',
  action: 'playground.use',
  summary: 'The signature that the running model answers with',
  input: z.object(place),
  output: Signature.extend({ servedName: z.string(), versions: z.array(z.string()), inferUrl: z.string() }),
  errors: ['integration_unavailable'],
})
export type ServedSignature = z.output<typeof getSignature.output>

export const TensorInput = z.object({
  name: z.string().min(1).max(200),
  datatype: z.string().max(10),
  shape: z.array(z.number().int().min(0)).max(8),
  data: z.array(z.unknown()).max(2_000_000).meta({ description: 'Flat or nested, as the protocol allows' }),
})

export const OutputTensor = z.object({
  name: z.string(),
  datatype: z.string(),
  shape: z.array(z.number().int()),
  data: z.array(z.unknown()),
})

/** Where the time went, in milliseconds, from the runtime's Server-Timing and our own clock. */
export const Timing = z.object({
  total: z.number(),
  network: z.number(),
  parse: z.number(),
  queue: z.number(),
  run: z.number(),
  serialize: z.number(),
})

export const predict = contract({
  method: 'POST',
  path: '/api/v1/teams/{team}/deployments/{namespace}/{model}/predict',
  action: 'playground.use',
  summary: 'Predict with a deployed model',
  input: z
    .object({ ...place, inputs: z.array(TensorInput).min(1).max(1000), version: z.string().max(20).optional() })
    .strict(),
  output: z.object({
    version: z.string().nullable(),
    outputs: z.array(OutputTensor),
    answer: z
      .object({
        label: z.string().nullable(),
        risk: z.string().nullable(),
        classes: z.array(z.object({ label: z.string(), probability: z.number() })),
        value: z.number().nullable(),
      })
      .meta({ description: 'The outputs in words, where the model says what they mean' }),
    timing: Timing,
  }),
  errors: ['prediction_failed', 'integration_unavailable'],
})
export type Prediction = z.output<typeof predict.output>
