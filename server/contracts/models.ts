/** The registry: models, and their versions by digest. */
import { z } from 'zod'
import { contract } from './contract.ts'
import { InputField } from './inference/model-description.ts'
import { ModelName, prose, Sha256, TeamSlug } from './names.ts'
import { Paging, page, sorting, Timestamp } from './paging.ts'
import { Person } from './people.ts'

export const TensorView = z.object({
  name: z.string(),
  datatype: z.string().meta({ description: 'As the Open Inference Protocol names it, e.g. FP32' }),
  shape: z.array(z.number().int()).meta({ description: '-1 for a dimension that may vary' }),
})

/** What a model says of one of its inputs, for people: makes the playground's form. */
export const InputHint = InputField
export type InputHint = z.infer<typeof InputHint>

export const Signature = z.object({
  inputs: z.array(TensorView),
  outputs: z.array(TensorView),
  task: z.string().nullable(),
  labels: z.array(z.string()),
  hints: z.record(z.string(), InputHint),
  description: z.string().nullable(),
})
export type Signature = z.infer<typeof Signature>

export const VersionView = z.object({
  version: z.number().int(),
  digest: Sha256,
  sizeBytes: z.number().int(),
  signature: Signature,
  notes: z.string(),
  createdBy: Person.nullable(),
  createdAt: Timestamp,
})
export type VersionView = z.infer<typeof VersionView>

export const ModelView = z.object({
  team: TeamSlug,
  name: ModelName,
  description: z.string(),
  task: z.string().nullable(),
  latestVersion: z.number().int().nullable(),
  versionCount: z.number().int(),
  updatedAt: Timestamp,
})
export type ModelView = z.infer<typeof ModelView>

export const ModelSort = sorting(['name', 'task', 'latestVersion', 'versionCount', 'updatedAt'])

export const listModels = contract({
  method: 'GET',
  path: '/api/v1/teams/{team}/models',
  action: 'model.list',
  summary: 'Models a team has registered',
  input: Paging.extend({ team: TeamSlug, q: z.string().max(100).optional(), sort: ModelSort.default('name') }),
  output: page(ModelView),
})

export const createModel = contract({
  method: 'POST',
  path: '/api/v1/teams/{team}/models',
  action: 'model.create',
  status: 201,
  summary: 'Register a model by name; versions are uploaded to it',
  input: z
    .object({ team: TeamSlug, name: ModelName, description: prose('The description', { max: 500 }).default('') })
    .strict(),
  output: ModelView,
  errors: ['name_taken'],
})

export const getModel = contract({
  method: 'GET',
  path: '/api/v1/teams/{team}/models/{model}',
  action: 'model.read',
  summary: 'One model with its versions, newest first',
  input: z.object({ team: TeamSlug, model: ModelName }),
  output: ModelView.extend({ versions: z.array(VersionView) }),
})
export type ModelDetail = z.output<typeof getModel.output>

export const uploadVersion = contract({
  method: 'POST',
  path: '/api/v1/teams/{team}/models/{model}/versions',
  action: 'model.upload',
  status: 201,
  upload: 'application/octet-stream',
  summary:
    'Upload an ONNX file; it is validated in isolation and becomes the next version. The same bytes twice are one version.',
  input: z.object({
    team: TeamSlug,
    model: ModelName,
    notes: prose('The notes', { max: 500 }).default(''),
    sha256: Sha256.optional(),
  }),
  output: VersionView,
  errors: ['model_rejected', 'payload_too_large', 'digest_mismatch'],
})

const oneVersion = z.object({
  team: TeamSlug,
  model: ModelName,
  version: z.coerce.number().int().min(1).max(2_147_483_647),
})

export const downloadVersion = contract({
  method: 'GET',
  path: '/api/v1/teams/{team}/models/{model}/versions/{version}/file',
  action: 'model.read',
  summary: 'The bytes of a version, hashed on the way: an answer that breaks off is damaged in the store',
  input: oneVersion,
  output: z.string(),
  produces: ['application/octet-stream'],
})

export const getVersionAddress = contract({
  method: 'GET',
  path: '/api/v1/teams/{team}/models/{model}/versions/{version}/address',
  action: 'model.read',
  summary:
    'Where a job gets the bytes without the portal in between, for five minutes; else where the portal gives them',
  input: oneVersion,
  output: z.object({
    url: z.string().meta({ description: 'Whoever has it can read this one file: treat it as a secret' }),
    expiresAt: Timestamp.nullable().meta({ description: 'null: the address is the portal’s own and wants your token' }),
    sha256: Sha256,
    sizeBytes: z.number().int(),
  }),
})
