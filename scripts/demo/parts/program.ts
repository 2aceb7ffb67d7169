import type { Command } from '../../supervisor/part.ts'
import type { Installation } from '../installation/installation.ts'
import type { HeldPorts } from '../installation/ports.ts'

export interface PartsOptions {
  installation: Installation
  release: HeldPorts['release']
  tell: (line: string) => void
  downloads: string
}

type Flags = Record<string, string | true | string[]>

/**
 * A program of this repository that prints a ready line. A flag that is true stands alone; one with several values is
 * given several times.
 */
export function node(script: string, flags: Flags, env?: Record<string, string>): Command {
  const args = Object.entries(flags).flatMap(([name, value]) =>
    // Joined, since a value may begin with a dash.
    value === true ? [`--${name}`] : [value].flat().map((each) => `--${name}=${each}`),
  )
  return { program: process.execPath, args: [script, ...args], ...(env ? { env } : {}) }
}

export async function isOk(url: string): Promise<boolean> {
  return fetch(url, { signal: AbortSignal.timeout(2000) }).then(
    (response) => response.ok,
    () => false,
  )
}

export async function responds(url: string): Promise<boolean> {
  return fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(10_000) }).then(
    (response) => response.status < 500,
    () => false,
  )
}
