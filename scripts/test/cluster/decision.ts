import { userInfo } from 'node:os'
import { lacking } from '../../../infra/sandbox/real/binaries/obtain.ts'
import { onPath } from '../../../infra/sandbox/real/binaries/places.ts'
import { isDebian } from '../../tools/debian.ts'

export interface Circumstances {
  /** Programs of the distribution that are not there. */
  system: { name: string; hint: string }[]
  mayInstall: boolean
  /** What has to be built or downloaded first. */
  binaries: string[]
  hasGo: boolean
}

export type Decision = { runs: true; first: string[] } | { runs: false; because: string }

/** Whether an ordinary run includes the real control plane: where Go or everything it would build is there. */
export function decide({ system, mayInstall, binaries, hasGo }: Circumstances): Decision {
  if (binaries.length > 0 && !hasGo) {
    return { runs: false, because: `Go is not installed, and these are not cached: ${binaries.join(', ')}` }
  }
  if (system.length > 0 && !mayInstall) {
    const missing = system.map(({ name, hint }) => `${name} is not installed (${hint})`)
    return { runs: false, because: missing.join('; ') }
  }
  return { runs: true, first: [...system.map(({ name }) => name), ...binaries] }
}

export async function circumstances(): Promise<Circumstances> {
  return {
    ...(await lacking()),
    mayInstall: isDebian() && userInfo().uid === 0,
    hasGo: (await onPath('go')) !== undefined,
  }
}
