import { describe } from 'vitest'
import { gitHostContract } from '../../ports/git-host.contract.ts'
import { createFakeGitHost } from './fake-git-host.ts'

describe('the fake Git host', () => {
  const host = createFakeGitHost({ 'README.md': '# GitOps\n' })
  gitHostContract(() => ({
    host,
    push: async (branch, files) => host.push(branch, files),
    commitToDefault: async (files) => host.commitToDefault(files),
    person: async (login) => host.account(login),
    review: async (number, by, state, sha) => void host.review(number, by, state, sha),
    async dismiss(number, by) {
      const latest = (await host.reviews(number)).findLast((each) => each.account.id === by.id)
      host.dismiss(number, latest?.id ?? 0)
    },
    commentsOn: async (number) => host.commentsOn(number),
    async statusesOf(sha) {
      const reported = host.statuses.filter((each) => each.sha === sha).map((each) => each.status)
      return [...new Map(reported.map((each) => [each.context, each])).values()]
    },
  }))
})
