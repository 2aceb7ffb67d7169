import type { Call } from '../call.ts'
import { invalid, unsupported } from '../http/status.ts'

const optionsKind: Record<string, string> = { create: 'CreateOptions', update: 'UpdateOptions', patch: 'PatchOptions' }

export const isDryRun = ({ query, info }: Call): boolean => {
  const asked = query.getAll('dryRun')
  if (asked.every((value) => value === 'All')) return asked.length > 0
  const options = { group: 'meta.k8s.io', plural: '', kind: optionsKind[info.verb] ?? 'DeleteOptions' }
  throw invalid(options, '', [unsupported('dryRun', asked, ['All'])])
}
