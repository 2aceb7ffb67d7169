import type { NativeTool } from './native.ts'

export interface Release {
  url: string
  sha256: string
}

/** By tool and Node's name of the platform. */
export const releases: Partial<Record<NativeTool, Record<string, Release>>> = {}
