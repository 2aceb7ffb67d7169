/** A large file on its way to be a version: sent in parts, so that a lost connection loses one part and not the file. */
import { z } from 'zod'
import { contract } from './contract.ts'
import { ModelName, prose, Sha256, TeamSlug, UploadId } from './names.ts'
import { Timestamp } from './paging.ts'
import { Person } from './people.ts'

/** The file is received, then checked in isolation; a version, a refusal or somebody's change of mind ends it. */
const uploadStates = ['receiving', 'checking', 'done', 'refused', 'stopped'] as const
export const UploadState = z.enum(uploadStates)
export type UploadState = z.infer<typeof UploadState>

export const Refusal = z.object({ code: z.string(), detail: z.string(), remedy: z.string() })
export type Refusal = z.infer<typeof Refusal>

export const UploadView = z.object({
  id: UploadId,
  team: TeamSlug,
  model: ModelName,
  state: UploadState,
  fileName: z.string(),
  sizeBytes: z.number().int(),
  fingerprint: z.string().nullable(),
  partBytes: z.number().int().meta({ description: 'Size of every part but the last' }),
  partCount: z.number().int(),
  received: z.array(z.number().int()).meta({ description: 'Numbers of the parts that are there' }),
  notes: z.string(),
  version: z.number().int().nullable().meta({ description: 'The version it has become' }),
  refusal: Refusal.nullable().meta({ description: 'Why it was refused' }),
  startedBy: Person.nullable(),
  expiresAt: Timestamp,
})
export type UploadView = z.infer<typeof UploadView>

const ofModel = { team: TeamSlug, model: ModelName }
const oneUpload = { ...ofModel, upload: UploadId }
const address = '/api/v1/teams/{team}/models/{model}/uploads'

export const beginUpload = contract({
  method: 'POST',
  path: address,
  action: 'model.upload',
  status: 201,
  summary: 'Begin to upload a file in parts; the answer says how large a part is',
  input: z
    .object({
      ...ofModel,
      fileName: prose('The file name', { min: 1, max: 255 }),
      sizeBytes: z.number().int().min(1, 'The file is empty. Export the model again.').max(Number.MAX_SAFE_INTEGER),
      fingerprint: z
        .string()
        .max(100)
        .regex(/^[\x21-\x7e]+$/, 'A fingerprint has visible characters only.')
        .optional()
        .meta({ description: 'Anything by which you recognise the same file when you go on with it' }),
      sha256: Sha256.optional().meta({ description: 'Of the whole file, when it is known' }),
      notes: prose('The notes', { max: 500 }).default(''),
    })
    .strict(),
  output: UploadView,
  errors: ['payload_too_large'],
})

export const listUploads = contract({
  method: 'GET',
  path: address,
  action: 'model.read',
  summary: 'Uploads of yours to this model that have not ended, newest first',
  input: z.object(ofModel),
  output: z.object({ items: z.array(UploadView) }),
})

export const getUpload = contract({
  method: 'GET',
  path: `${address}/{upload}`,
  action: 'model.read',
  summary: 'How far an upload is, and what has become of it',
  input: z.object(oneUpload),
  output: UploadView,
})

export const putPart = contract({
  method: 'PUT',
  path: `${address}/{upload}/parts/{part}`,
  action: 'model.upload',
  upload: 'application/octet-stream',
  summary: 'Send one part, in any order; sent again it replaces the first. It has to arrive within four minutes',
  input: z.object({
    ...oneUpload,
    part: z.coerce.number().int().min(1).max(10_000).meta({ description: 'From 1' }),
    sha256: Sha256.optional().meta({ description: 'Of this part; held against the bytes that arrive' }),
  }),
  output: z.object({ part: z.number().int(), sizeBytes: z.number().int() }),
  errors: ['digest_mismatch'],
})

export const completeUpload = contract({
  method: 'POST',
  path: `${address}/{upload}/complete`,
  action: 'model.upload',
  status: 202,
  summary: 'All parts are there: check the file in isolation and register it. Ask for the upload until it has ended',
  input: z.object(oneUpload).strict(),
  output: UploadView,
})

export const stopUpload = contract({
  method: 'DELETE',
  path: `${address}/{upload}`,
  action: 'model.upload',
  status: 204,
  summary: 'Give an upload up; its parts are removed',
  input: z.object(oneUpload),
  output: z.void(),
})
