import type { Octokit } from '@octokit/rest'
import type { FileChange } from '../../ports/git-host.ts'

/** One commit with all files on top of another; undefined when it would change nothing. */
export async function commitOnTop(
  octokit: Octokit,
  at: { owner: string; repo: string },
  parent: string,
  files: FileChange[],
  message: string,
): Promise<string | undefined> {
  const { data: parentCommit } = await octokit.rest.git.getCommit({ ...at, commit_sha: parent })
  const { data: tree } = await octokit.rest.git.createTree({
    ...at,
    base_tree: parentCommit.tree.sha,
    tree: files.map(({ path, content }) =>
      content === null
        ? { path, mode: '100644' as const, type: 'blob' as const, sha: null }
        : { path, mode: '100644' as const, type: 'blob' as const, content },
    ),
  })
  if (tree.sha === parentCommit.tree.sha) return undefined
  const { data: commit } = await octokit.rest.git.createCommit({ ...at, message, tree: tree.sha, parents: [parent] })
  return commit.sha
}
