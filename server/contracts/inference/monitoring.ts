import { z } from 'zod'

const Share = z.number().min(0).max(1)

/**
 * How one feature was distributed when the model was trained. `shares` always has one entry more than there are
 * cut points or known values: the last bin of a numeric feature is open above, the last one of a categorical
 * feature holds everything that was not known.
 */
const featureSource = {
  name: z.string().min(1).max(200),
  /** The tensor that carries the feature. */
  input: z.string().min(1).max(200),
  /** Which column of a [rows, columns] tensor; absent when the tensor holds this feature alone. */
  column: z.int().min(0).max(100_000).optional(),
  /** What is binned: the element itself, the length of a text in characters, or the mean of a row's elements. */
  measure: z.enum(['value', 'length', 'mean']).default('value'),
}

const NumericFeature = z.object({
  ...featureSource,
  kind: z.literal('numeric'),
  /** Rising cut points; bin i holds values below edges[i], the last bin holds the rest. */
  edges: z.array(z.number()).min(1).max(100),
  shares: z.array(Share).min(2).max(101),
})

const CategoricalFeature = z.object({
  ...featureSource,
  kind: z.literal('categorical'),
  values: z.array(z.string().max(200)).min(1).max(100),
  shares: z.array(Share).min(2).max(101),
})

export const ReferenceFeature = z
  .discriminatedUnion('kind', [NumericFeature, CategoricalFeature])
  .superRefine((feature, context) => {
    const bins = feature.kind === 'numeric' ? feature.edges : feature.values
    if (feature.shares.length !== bins.length + 1) {
      context.addIssue({
        code: 'custom',
        path: ['shares'],
        message: `must have ${bins.length + 1} entries, one more than there are ${feature.kind === 'numeric' ? 'edges' : 'values'}`,
      })
    }
    if (
      feature.kind === 'numeric' &&
      feature.edges.some((edge, at) => at > 0 && edge <= (feature.edges[at - 1] ?? edge))
    ) {
      context.addIssue({ code: 'custom', path: ['edges'], message: 'must rise from each entry to the next' })
    }
  })

export type ReferenceFeature = z.infer<typeof ReferenceFeature>

export const ReferenceProfile = z.object({
  /** How many rows the shares were counted over. */
  rows: z.int().min(1).optional(),
  features: z.array(ReferenceFeature).max(200),
})

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
