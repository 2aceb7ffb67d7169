import type { Signature } from '#server/contracts/models.ts'

const tasks: Record<string, string> = {
  'text-classification': 'Text to a label',
  'tabular-classification': 'Numbers to a label',
  'image-classification': 'Image to a label',
  regression: 'Numbers to a number',
}

export const taskInWords = (task: string | null) =>
  task === null ? '–' : ((Object.hasOwn(tasks, task) ? tasks[task] : undefined) ?? task)

type Tensor = Signature['inputs'][number]

/** "FP32, any × 4": a dimension that may vary has no number. */
export const tensorInWords = ({ datatype, shape }: Pick<Tensor, 'datatype' | 'shape'>) =>
  shape.length === 0 ? datatype : `${datatype}, ${shape.map((size) => (size < 0 ? 'any' : size)).join(' × ')}`
