/** Every contract there is: what the permission walk, OpenAPI and the docs go through. */

import type { Contract } from '../contracts/contract.ts'
import * as delivery from '../contracts/delivery.ts'
import * as deployments from '../contracts/deployments.ts'
import * as models from '../contracts/models.ts'
import * as namespaces from '../contracts/namespaces.ts'
import * as people from '../contracts/people.ts'
import * as audit from '../contracts/platform/audit.ts'
import * as gitAccount from '../contracts/platform/git-account.ts'
import * as integrations from '../contracts/platform/integrations.ts'
import * as live from '../contracts/platform/live.ts'
import * as pods from '../contracts/pods.ts'
import * as requests from '../contracts/requests.ts'
import * as observability from '../contracts/serving/observability.ts'
import * as playground from '../contracts/serving/playground.ts'
import * as tokens from '../contracts/tokens.ts'
import * as uploads from '../contracts/uploads.ts'

const modules = {
  'People and teams': people,
  Tokens: tokens,
  'Git account': gitAccount,
  Requests: requests,
  Namespaces: namespaces,
  Pods: pods,
  Models: models,
  Uploads: uploads,
  Deployments: deployments,
  Delivery: delivery,
  Playground: playground,
  Observability: observability,
  Audit: audit,
  'Live updates': live,
  Integrations: integrations,
}

export type Entry = { name: string; group: string; contract: Contract }

export const catalogue: readonly Entry[] = Object.entries(modules).flatMap(([group, module]) =>
  Object.entries<unknown>(module)
    .filter((each): each is [string, Contract] => isContract(each[1]))
    .map(([name, contract]) => ({ name, group, contract }))
    .sort((a, b) => placeOf(a).localeCompare(placeOf(b))),
)

/** Reads go before changes of the same thing. */
function placeOf({ contract: { path, method } }: Entry): string {
  return `${path} ${['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].indexOf(method)}`
}

function isContract(value: unknown): value is Contract {
  return typeof value === 'object' && value !== null && 'method' in value && 'path' in value && 'action' in value
}
