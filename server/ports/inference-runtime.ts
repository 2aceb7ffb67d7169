/** The shared ONNX runtime, as a client of the Open Inference Protocol v2 sees it. */

export type RuntimeTensor = {
  name: string
  datatype: string
  shape: number[]
  data?: unknown[]
  parameters?: Record<string, unknown>
}

export type ModelMetadata = {
  name: string
  versions: string[]
  platform: string
  inputs: { name: string; datatype: string; shape: number[] }[]
  outputs: { name: string; datatype: string; shape: number[] }[]
  parameters: Record<string, string>
}

export type InferResult =
  | {
      ok: true
      version: string | null
      outputs: { name: string; datatype: string; shape: number[]; data: unknown[] }[]
      serverTiming: Record<string, number>
      totalMilliseconds: number
    }
  | { ok: false; status: number; message: string; retryAfterSeconds: number | null }

export interface InferenceRuntime {
  metadata(servedName: string, tenant: string): Promise<ModelMetadata | undefined>
  infer(servedName: string, tenant: string, inputs: RuntimeTensor[], version?: string): Promise<InferResult>
  /** What a client outside the portal would call. */
  inferUrl(servedName: string): string
  probe(): Promise<{ version: string }>
}
