import { finishGitLink, getGitAccount, startGitLink, unlinkGitAccount } from '../../contracts/platform/git-account.ts'
import type { Services } from '../../wiring.ts'
import { handling } from '../on.ts'

const on = handling<Services>()

export const gitAccountHandlers = [
  on(getGitAccount, ({ actor, services }) => services.gitAccounts.mine(actor)),
  on(startGitLink, ({ actor, services }) => services.gitAccounts.start(actor)),
  on(finishGitLink, ({ actor, input, services }) => services.gitAccounts.finish(actor, input)),
  on(unlinkGitAccount, ({ actor, services }) => services.gitAccounts.unlink(actor)),
]
