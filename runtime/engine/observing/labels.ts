/** What an answer means to people: the predicted label of each row, or its risk level. */

import { describeModel } from '#server/contracts/inference/model-description.ts'
import type { Monitoring } from '#server/contracts/inference/monitoring.ts'
import { numberAt } from '../../protocol/binary-tensor.ts'
import type { Tensor } from '../../protocol/datatypes.ts'
import type { ModelSignature, TensorSignature } from '../../protocol/signature.ts'

export interface Prediction {
  label: string
  /** The label's score, when the model gives scores. */
  confidence: number | undefined
}

export interface LabelReader {
  labels: readonly string[]
  /** Which Prometheus label the prediction is counted under. */
  dimension: 'label' | 'risk_level' | 'none'
  /** One for each row; empty for a model that does not classify. */
  predictions: (outputs: readonly Tensor[]) => Prediction[]
  /** What predictions_total counts, one for each row. */
  counted: (outputs: readonly Tensor[]) => string[]
}

const isFloat = (each: TensorSignature): boolean => ['FP32', 'FP64', 'FP16', 'BF16'].includes(each.datatype)
const isRankTwo = (each: TensorSignature): boolean => each.shape.length === 2

/** Among float outputs the one that looks most like a table of scores. */
const scoreOutput = (outputs: readonly TensorSignature[], labels: readonly string[]): number => {
  const candidates = outputs
    .map((each, index) => ({ each, index }))
    .filter(({ each }) => isFloat(each) && (isRankTwo(each) || each.shape.length === 1))
  const named = candidates.find(({ each }) => /prob|score|logit|softmax/i.test(each.name))
  const sized = candidates.find(({ each }) => labels.length > 0 && each.shape.at(-1) === labels.length)
  return (sized ?? named ?? candidates.find(({ each }) => isRankTwo(each)) ?? candidates[0])?.index ?? -1
}

const labelOutput = (outputs: readonly TensorSignature[]): number =>
  outputs.findIndex((each) => each.datatype === 'BYTES' || each.datatype === 'INT64' || each.datatype === 'INT32')

const textAt = (tensor: Tensor, row: number): string => {
  const element = tensor.data[row]
  return element instanceof Uint8Array ? Buffer.from(element).toString('utf8').slice(0, 200) : String(element)
}

export const labelReader = (signature: ModelSignature, monitoring: Monitoring): LabelReader => {
  const description = describeModel(signature.parameters)
  const labels = monitoring.labels ?? description.labels ?? []
  const thresholds = [...(monitoring.riskThresholds ?? [])].sort((a, b) => b.from - a.from)
  const classifies = labels.length > 0 || (description.task?.endsWith('classification') ?? false)
  const scoreIndex = classifies || thresholds.length > 0 ? scoreOutput(signature.outputs, labels) : -1
  const labelIndex = classifies ? labelOutput(signature.outputs) : -1

  const rowsOf = (tensor: Tensor): { rows: number; width: number } => {
    const rows = tensor.shape[0] ?? 1
    return { rows, width: rows === 0 ? 0 : tensor.data.length / rows }
  }

  const byScore = (scores: Tensor): Prediction[] => {
    const { rows, width } = rowsOf(scores)
    return Array.from({ length: rows }, (_, row) => {
      let best = 0
      let bestScore = numberAt(scores, row * width)
      if (width === 1) {
        // One column is the score of the last of two labels.
        const positive = bestScore >= 0.5
        return {
          label: labels[positive ? 1 : 0] ?? (positive ? '1' : '0'),
          confidence: positive ? bestScore : 1 - bestScore,
        }
      }
      for (let column = 1; column < width; column++) {
        const score = numberAt(scores, row * width + column)
        if (score > bestScore) {
          best = column
          bestScore = score
        }
      }
      return { label: labels[best] ?? String(best), confidence: bestScore }
    })
  }

  const byLabel = (tensor: Tensor): Prediction[] =>
    Array.from({ length: tensor.shape[0] ?? tensor.data.length }, (_, row) => {
      const text = textAt(tensor, row)
      const index = tensor.datatype === 'BYTES' ? -1 : Number(text)
      return { label: labels[index] ?? text, confidence: undefined }
    })

  const predictions = (outputs: readonly Tensor[]): Prediction[] => {
    const scores = outputs[scoreIndex]
    const named = outputs[labelIndex]
    if (!classifies) return []
    if (scores && (labels.length > 0 || !named)) return byScore(scores)
    if (!named) return []
    const scored = scores ? byScore(scores) : []
    return byLabel(named).map((each, row) => ({ label: each.label, confidence: scored[row]?.confidence }))
  }

  const riskLevels = (outputs: readonly Tensor[]): string[] => {
    const scores = outputs[scoreIndex]
    if (!scores) return []
    const { rows, width } = rowsOf(scores)
    return Array.from({ length: rows }, (_, row) => {
      const probability = numberAt(scores, row * width + width - 1)
      return thresholds.find((each) => probability >= each.from)?.level ?? thresholds.at(-1)?.level ?? 'unknown'
    })
  }

  const dimension = thresholds.length > 0 && scoreIndex >= 0 ? 'risk_level' : classifies ? 'label' : 'none'
  return {
    labels,
    dimension,
    predictions,
    counted: dimension === 'risk_level' ? riskLevels : (outputs) => predictions(outputs).map((each) => each.label),
  }
}
