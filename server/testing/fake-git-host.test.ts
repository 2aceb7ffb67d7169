import { describe } from 'vitest'
import { gitHostContract } from '../ports/git-host.contract.ts'
import { createFakeGitHost } from './fake-git-host.ts'

describe('the fake Git host', () => {
  const host = createFakeGitHost({ 'README.md': '# GitOps\n' })
  gitHostContract(() => ({
    host,
    push: async (branch, files) => host.push(branch, files),
    commitToDefault: async (files) => host.commitToDefault(files),
  }))
})
