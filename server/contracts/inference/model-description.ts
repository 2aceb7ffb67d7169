/**
 * What a model file says about itself for people, in its ONNX metadata_props. The runtime passes the same keys on as
 * `parameters` of the v2 model metadata, so that the playground can make a form of them.
 */
import { z } from 'zod'

export const MODEL_TASK_KEY = 'modelyard.task'
export const MODEL_LABELS_KEY = 'modelyard.labels'
export const MODEL_INPUTS_KEY = 'modelyard.inputs'
export const MODEL_DESCRIPTION_KEY = 'modelyard.description'

export const ModelTask = z.enum(['text-classification', 'tabular-classification', 'image-classification', 'regression'])

export type ModelTask = z.infer<typeof ModelTask>

const field = {
  title: z.string().max(200).optional(),
  description: z.string().max(2000).optional(),
  unit: z.string().max(50).optional(),
  min: z.number().optional(),
  max: z.number().optional(),
  step: z.number().positive().optional(),
  default: z.union([z.string().max(10_000), z.number(), z.boolean(), z.array(z.number()).max(1000)]).optional(),
  /** The only values the model knows, in the order to offer them. */
  values: z
    .array(z.union([z.string().max(200), z.number()]))
    .max(200)
    .optional(),
}

export const InputField = z.object({
  ...field,
  /** For a [rows, columns] tensor: what each column means, in order. */
  columns: z.array(z.object(field)).max(200).optional(),
})

export type InputField = z.infer<typeof InputField>

export const ModelDescription = z.object({
  task: ModelTask.optional(),
  description: z.string().optional(),
  labels: z.array(z.string()).max(1000).optional(),
  inputs: z.record(z.string(), InputField).optional(),
})

export type ModelDescription = z.infer<typeof ModelDescription>

const fromJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined // a model's own text may be anything; what does not parse describes nothing
  }
}

/** Reads what can be read: one bad key costs that key, never the rest. */
export const describeModel = (properties: Readonly<Record<string, string>>): ModelDescription => {
  const own = (key: string): string | undefined => (Object.hasOwn(properties, key) ? properties[key] : undefined)
  const labels = ModelDescription.shape.labels.safeParse(fromJson(own(MODEL_LABELS_KEY) ?? ''))
  const inputs = ModelDescription.shape.inputs.safeParse(fromJson(own(MODEL_INPUTS_KEY) ?? ''))
  const task = ModelTask.safeParse(own(MODEL_TASK_KEY))
  const description = own(MODEL_DESCRIPTION_KEY)
  return {
    ...(task.success && { task: task.data }),
    ...(description !== undefined && { description: description.slice(0, 4000) }),
    ...(labels.success && labels.data && { labels: labels.data }),
    ...(inputs.success && inputs.data && { inputs: inputs.data }),
  }
}
