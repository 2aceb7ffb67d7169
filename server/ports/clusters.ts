/** Which cluster serves an environment, and where Argo CD's objects live. Several environments may share one. */
import type { Environment } from '../contracts/names.ts'
import type { Cluster } from './cluster.ts'

export interface Clusters {
  of(environment: Environment): Cluster
  /** Each cluster once. */
  readonly all: readonly Cluster[]
  /** What a cluster of this name serves. */
  environmentsOf(cluster: string): readonly Environment[]
  readonly gitops: { cluster: Cluster; namespace: string }
}
