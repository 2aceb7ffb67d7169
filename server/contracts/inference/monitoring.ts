import { z } from 'zod'

const Share = z.number().min(0).max(1)

/** Bins between rising cut points: bin i holds what lies below edges[i], the last bin holds the rest. */
const NumericFeature = z.strictObject({
  edges: z.array(z.number()).min(1).max(64),
  shares: z.array(Share).min(2).max(65),
})

/** The share of each known value (of a boolean: "true" and "false"); what is missing to 1 belongs to values the training data did not have. */
const CategoricalFeature = z.strictObject({
  categories: z
    .record(z.string().max(128), Share)
    .refine((shares) => Object.keys(shares).length <= 100, 'must name at most 100 values'),
})

export const ReferenceFeature = z.union([NumericFeature, CategoricalFeature]).superRefine((feature, context) => {
  if (!('edges' in feature)) return
  const { edges, shares } = feature
  if (shares.length !== edges.length + 1) {
    const message = `must have ${edges.length + 1} entries, one more than there are edges`
    context.addIssue({ code: 'custom', path: ['shares'], message })
  }
  if (edges.some((edge, at) => at > 0 && edge <= (edges[at - 1] ?? edge))) {
    context.addIssue({ code: 'custom', path: ['edges'], message: 'must rise from each entry to the next' })
  }
})

export type ReferenceFeature = z.infer<typeof ReferenceFeature>

/**
 * How the features were distributed when the model was trained, by input name, or `name[column]` for one column of a
 * [rows, columns] input. Edges of a text input bin its length in characters; edges of an input of many elements
 * without a column bin every element.
 */
export const ReferenceProfile = z
  .record(z.string().min(1).max(128), ReferenceFeature)
  .refine((features) => Object.keys(features).length <= 200, 'must name at most 200 features')

export type ReferenceProfile = z.infer<typeof ReferenceProfile>

export const RiskThreshold = z.object({
  level: z.string().regex(/^[a-z][a-z0-9_-]{0,31}$/, 'must be a short lower-case word'),
  /** The lowest probability of the last label that counts as this level. */
  from: Share,
})

/** What the runtime needs to turn answers into metrics that mean something to the model's owners. */
export const Monitoring = z.object({
  labels: z.array(z.string().min(1).max(200)).max(1000).optional(),
  riskThresholds: z.array(RiskThreshold).max(10).optional(),
  referenceProfile: ReferenceProfile.optional(),
})

export type Monitoring = z.infer<typeof Monitoring>
