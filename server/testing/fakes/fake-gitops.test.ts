import { describe } from 'vitest'
import { gitOpsPortContract } from '../../ports/gitops/gitops.contract.ts'
import { createFakeGitOps } from './fake-gitops.ts'

describe('the fake GitOps controller', () => {
  const gitops = createFakeGitOps()
  const unreachable = createFakeGitOps()
  unreachable.down(true)
  gitOpsPortContract(() => ({
    gitops,
    unreachable,
    write: gitops.write,
    spoil: gitops.spoil,
    hang: gitops.hang,
  }))
})
