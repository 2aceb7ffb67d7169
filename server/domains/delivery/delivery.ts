/**
 * Delivery: what the GitOps controller makes of a folder of the repository, as last seen, and the two things it can be
 * asked for. What people change, they change in the repository; here they only ask for it sooner.
 */
import type { ParsedInputOf } from '../../contracts/contract.ts'
import type { ApplicationView, getApplication, refreshApplication, syncApplication } from '../../contracts/delivery.ts'
import type { Database } from '../../database/database.ts'
import { failure, notFound } from '../../errors.ts'
import type { Actor } from '../../permissions/actor.ts'
import { demand } from '../../permissions/permissions.ts'
import type { Action } from '../../permissions/table.ts'
import { type GitOps, gitOpsFault } from '../../ports/gitops/gitops.ts'
import { recordAudit } from '../audit/audit.ts'
import { ObservedApplication, observedOf, type Seen, watchProblem } from '../observed/observed.ts'
import { applicationView } from './view.ts'

export { applicationView } from './view.ts'

type Which = ParsedInputOf<typeof getApplication>

export function createDelivery({ db, gitops }: { db: Database; gitops: GitOps }) {
  async function seen(which: Which): Promise<Seen<ObservedApplication>> {
    const [found] = await observedOf(db, 'application', ObservedApplication, {
      name: which.application,
      team: which.team,
    })
    if (!found) throw notFound(`The Application ${which.application}`)
    return found
  }

  const view = async (which: Which): Promise<ApplicationView> =>
    applicationView(await seen(which), await watchProblem(db, 'application'))

  async function ask(actor: Actor, action: Action, which: Which, after: object, act: () => Promise<void>) {
    demand(actor, action, which.team)
    await seen(which)
    try {
      await act()
    } catch (error) {
      throw plain(error, which.application)
    }
    const object = { kind: 'application', id: which.application, name: which.application }
    await db.$transaction((tx) => recordAudit(tx, { actor, action, object, team: which.team, after }))
    return view(which)
  }

  return {
    async get(actor: Actor, which: Which): Promise<ApplicationView> {
      demand(actor, 'application.read', which.team)
      return view(which)
    },

    refresh: (actor: Actor, { how, ...which }: ParsedInputOf<typeof refreshApplication>): Promise<ApplicationView> =>
      ask(actor, 'application.refresh', which, { how }, () => gitops.refresh(which.application, how)),

    sync: (actor: Actor, { prune, ...which }: ParsedInputOf<typeof syncApplication>): Promise<ApplicationView> =>
      ask(actor, 'application.sync', which, { prune }, () => gitops.sync(which.application, { by: actor.name, prune })),
  }
}
export type DeliveryService = ReturnType<typeof createDelivery>

/** Two of its refusals are not that it cannot be reached. */
function plain(error: unknown, name: string): unknown {
  switch (gitOpsFault(error)) {
    case 'not_found':
      return notFound(`The Application ${name}`)
    case 'busy':
      return failure(
        'conflict',
        `A sync of ${name} is under way already.`,
        'Wait until it is done, then look whether anything is still to do.',
      )
    default:
      return error
  }
}
