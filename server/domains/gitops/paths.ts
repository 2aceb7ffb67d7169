/** Where things lie in the GitOps repository, and what Argo CD calls them. */
import type { Environment } from '../../contracts/names.ts'

export const namespaceFolder = (team: string, environment: Environment, namespace: string) =>
  `teams/${team}/${environment}/namespaces/${namespace}`

export const modelFolder = (team: string, environment: Environment, namespace: string, model: string) =>
  `teams/${team}/${environment}/models/${namespace}/${model}`

export const projectPath = (team: string) => `platform/argocd/appprojects/${team}.yaml`

/** Application names: a dot cannot stand in a namespace or a model, so no two places share a name. */
export const applicationOfNamespace = (namespace: string) => namespace
export const applicationOfModel = (namespace: string, model: string) => `${namespace}.${model}`

/** The name the shared runtime serves a model under. */
export const servedName = (namespace: string, model: string) => `${namespace}.${model}`
