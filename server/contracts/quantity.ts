/**
 * Resource amounts. Inside the portal they are exact integers: CPU in thousandths of a core, memory and storage in
 * bytes, GPUs in whole devices. At the edges they are Kubernetes quantities.
 */
import { z } from 'zod'

const suffixes: Record<string, bigint> = {
  Ki: 1n << 10n,
  Mi: 1n << 20n,
  Gi: 1n << 30n,
  Ti: 1n << 40n,
  Pi: 1n << 50n,
  k: 1000n,
  M: 1000n ** 2n,
  G: 1000n ** 3n,
  T: 1000n ** 4n,
  P: 1000n ** 5n,
  '': 1n,
}

/** CPU as Kubernetes writes it (`250m`, `1.5`, `8`) in thousandths of a core, or undefined if it is not one. */
export function parseCpu(text: string): number | undefined {
  const milli = /^([0-9]{1,9})m$/.exec(text)
  if (milli) return Number(milli[1])
  const cores = /^([0-9]{1,6})(?:\.([0-9]{1,3}))?$/.exec(text)
  if (!cores) return undefined
  return Number(cores[1]) * 1000 + Number((cores[2] ?? '').padEnd(3, '0'))
}

/** Memory or storage as Kubernetes writes it (`512Mi`, `1.5Gi`, `64G`, plain bytes), or undefined if it is not one. */
export function parseBytes(text: string): number | undefined {
  const match = /^([0-9]{1,16})(?:\.([0-9]{1,3}))?(Ki|Mi|Gi|Ti|Pi|k|M|G|T|P|)$/.exec(text)
  if (!match) return undefined
  const factor = suffixes[match[3] ?? '']
  if (factor === undefined) return undefined
  const thousandths = BigInt(match[1] ?? '0') * 1000n + BigInt((match[2] ?? '').padEnd(3, '0'))
  const bytes = (thousandths * factor) / 1000n
  return bytes <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(bytes) : undefined
}

/** The shortest exact Kubernetes spelling: whole cores where possible. */
export function formatCpu(milli: number): string {
  return milli % 1000 === 0 ? String(milli / 1000) : `${milli}m`
}

export function formatBytes(bytes: number): string {
  for (const suffix of ['Ti', 'Gi', 'Mi', 'Ki']) {
    const factor = Number(suffixes[suffix])
    if (bytes !== 0 && bytes % factor === 0) return `${bytes / factor}${suffix}`
  }
  return String(bytes)
}

export const gibibyte = 2 ** 30

const cpuHelp = 'Write CPU as cores, such as 8 or 0.5, or thousandths, such as 250m.'
const bytesHelp = 'Write an amount with its unit, such as 24Gi or 512Mi.'

export const CpuText = z
  .string()
  .refine((text) => parseCpu(text) !== undefined, cpuHelp)
  .refine((text) => (parseCpu(text) ?? 0) <= 10_000_000, 'More than 10,000 cores cannot be asked for.')
export const BytesText = z
  .string()
  .refine((text) => parseBytes(text) !== undefined && /[A-Za-z]$/.test(text), bytesHelp)
  .refine((text) => (parseBytes(text) ?? 0) <= 2 ** 50, 'More than 1 PiB cannot be asked for.')

/** An amount of each resource, as integers. */
export const Amounts = z.object({
  cpu: z.number().int().min(0).meta({ description: 'Thousandths of a core' }),
  memory: z.number().int().min(0).meta({ description: 'Bytes' }),
  gpu: z.number().int().min(0),
  storage: z.number().int().min(0).meta({ description: 'Bytes' }),
})
export type Amounts = z.infer<typeof Amounts>
export const resources = ['cpu', 'memory', 'gpu', 'storage'] as const
export type Resource = (typeof resources)[number]
export const noAmounts: Amounts = { cpu: 0, memory: 0, gpu: 0, storage: 0 }

/** What a person types for a quota; parsed into amounts. */
export const QuotaInput = z
  .object({
    cpu: CpuText.refine((text) => (parseCpu(text) ?? 0) >= 100, 'A namespace needs at least 100m of CPU.'),
    memory: BytesText.refine(
      (text) => (parseBytes(text) ?? 0) >= 128 * 2 ** 20,
      'A namespace needs at least 128Mi of memory.',
    ),
    gpu: z.number().int('GPUs are whole devices.').min(0, 'A number of GPUs cannot be negative.').max(1000).default(0),
    storage: BytesText.default('0Gi'),
  })
  .strict()
export type QuotaInput = z.input<typeof QuotaInput>

export function amountsOf(quota: z.output<typeof QuotaInput>): Amounts {
  return {
    cpu: parseCpu(quota.cpu) ?? 0,
    memory: parseBytes(quota.memory) ?? 0,
    gpu: quota.gpu,
    storage: parseBytes(quota.storage) ?? 0,
  }
}

export function combine(left: Amounts, right: Amounts, how: (a: number, b: number) => number): Amounts {
  return {
    cpu: how(left.cpu, right.cpu),
    memory: how(left.memory, right.memory),
    gpu: how(left.gpu, right.gpu),
    storage: how(left.storage, right.storage),
  }
}
export const add = (left: Amounts, right: Amounts) => combine(left, right, (a, b) => a + b)
export const subtract = (left: Amounts, right: Amounts) => combine(left, right, (a, b) => a - b)
