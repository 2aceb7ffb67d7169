import { versionsInWords } from '#components/deployments/versions-in-words.ts'
import type { RequestDraft } from '#server/contracts/requests/drafts.ts'

/** The part of a change that is no amount of anything, in sentences. */
export function outsideResources(draft: RequestDraft): string[] {
  switch (draft.kind) {
    case 'namespace.create':
    case 'namespace.change':
      return []
    case 'namespace.delete':
      return [`${draft.namespace} and everything in it is removed.`]
    case 'model.deploy':
      return [`${draft.model} answers in ${draft.namespace}: ${versionsInWords(draft.traffic)}.`]
    case 'model.change':
      return [`The traffic of ${draft.model} in ${draft.namespace} becomes ${versionsInWords(draft.traffic)}.`]
    case 'model.undeploy':
      return [`${draft.model} stops answering in ${draft.namespace}.`]
    case 'model.rollback':
      return [`${draft.model} in ${draft.namespace} goes back to what served before.`]
  }
}
