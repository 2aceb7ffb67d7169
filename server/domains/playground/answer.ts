/** Output tensors in words: the label, the probability of each class, a single value, a risk level. */
import type { Prediction } from '../../contracts/serving/playground.ts'

type Output = { name: string; datatype: string; shape: number[]; data: unknown[] }
type Threshold = { level: string; from: number }

export function answerOf(
  outputs: Output[],
  labels: readonly string[],
  thresholds: readonly Threshold[],
): Prediction['answer'] {
  const classes = classesOf(outputs, labels)
  const best = [...classes].sort((left, right) => right.probability - left.probability)[0]
  const label = labelOf(outputs, labels) ?? best?.label ?? null
  // The risk is that of the last class: of two, the one that is watched for.
  const watched = classes.at(-1)?.probability
  return {
    label,
    risk: watched === undefined ? null : riskOf(watched, thresholds),
    classes,
    value: singleValue(outputs, classes),
  }
}

function classesOf(outputs: Output[], labels: readonly string[]): Prediction['answer']['classes'] {
  const output = outputs.find((each) => /prob/i.test(each.name) && isFloat(each))
  const numbers = output?.data.flat(8).map(Number) ?? []
  if (numbers.length < 2 || (labels.length > 0 && numbers.length !== labels.length)) return []
  return numbers.map((probability, index) => ({ label: labels[index] ?? String(index), probability }))
}

function labelOf(outputs: Output[], labels: readonly string[]): string | undefined {
  const first = outputs.find((each) => /label|class/i.test(each.name))?.data.flat(8)[0]
  if (first === undefined) return undefined
  const index = typeof first === 'number' ? first : undefined
  return (index === undefined ? undefined : labels[index]) ?? String(first)
}

function singleValue(outputs: Output[], classes: unknown[]): number | null {
  const output =
    outputs.length === 1 && classes.length === 0 ? outputs[0] : outputs.find((each) => each.name === 'value')
  const numbers = output && isFloat(output) ? output.data.flat(8) : []
  return numbers.length === 1 && typeof numbers[0] === 'number' ? numbers[0] : null
}

const isFloat = (output: Output) => ['FP16', 'BF16', 'FP32', 'FP64'].includes(output.datatype)

/** The highest level whose threshold is reached. */
function riskOf(probability: number, thresholds: readonly Threshold[]): string | null {
  const reached = thresholds.filter((each) => probability >= each.from).sort((left, right) => right.from - left.from)
  return reached[0]?.level ?? null
}
