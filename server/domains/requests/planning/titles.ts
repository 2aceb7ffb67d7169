/** What a request is called on every page and in Git. */
import { type Amounts, resources } from '../../../contracts/quantity.ts'
import type { RequestDraft } from '../../../contracts/requests/drafts.ts'

const listed = new Intl.ListFormat('en-GB')
const words = { cpu: 'CPU', memory: 'memory', gpu: 'GPUs', storage: 'storage' } as const

export function titleFor(draft: RequestDraft, place: { namespace: string }, now?: Amounts, after?: Amounts): string {
  switch (draft.kind) {
    case 'namespace.create':
      return `Namespace ${place.namespace}`
    case 'namespace.change':
      return `${changeInWords(now, after)} for ${place.namespace}`
    case 'namespace.delete':
      return `Delete namespace ${place.namespace}`
    case 'model.deploy':
      return `Deploy ${draft.model} ${trafficInWords(draft.traffic)} to ${place.namespace}`
    case 'model.change':
      return `${draft.model} in ${place.namespace}: ${trafficInWords(draft.traffic)}`
    case 'model.undeploy':
      return `Undeploy ${draft.model} from ${place.namespace}`
    case 'model.rollback':
      return `Roll back ${draft.model} in ${place.namespace}`
  }
}

function changeInWords(now?: Amounts, after?: Amounts): string {
  if (!now || !after) return 'Other quota'
  const more = resources.filter((resource) => after[resource] > now[resource]).map((resource) => words[resource])
  const less = resources.filter((resource) => after[resource] < now[resource]).map((resource) => words[resource])
  const parts = [
    more.length > 0 ? `more ${listed.format(more)}` : '',
    less.length > 0 ? `less ${listed.format(less)}` : '',
  ].filter(Boolean)
  const text = parts.join(', ') || 'the same quota'
  return text.charAt(0).toUpperCase() + text.slice(1)
}

function trafficInWords(traffic: { version: number; weight: number; shadow: boolean }[]): string {
  if (traffic.length === 1) return `v${traffic[0]?.version}`
  return traffic.map((each) => `v${each.version} ${each.shadow ? 'shadow' : `${each.weight} %`}`).join(', ')
}
