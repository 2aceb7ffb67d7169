import { runGit } from './run.ts'

export type FileChange = {
  path: string
  previousPath: string | undefined
  status: 'added' | 'removed' | 'modified' | 'renamed'
  sha: string
  additions: number
  deletions: number
  patch: string | undefined
}

export async function mergeBase(directory: string, left: string, right: string): Promise<string | undefined> {
  const { code, text } = await runGit(directory, ['merge-base', left, right], { allowed: [1] })
  return code === 0 ? text().trim() : undefined
}

export const isAncestor = async (directory: string, ancestor: string, descendant: string): Promise<boolean> =>
  (await runGit(directory, ['merge-base', '--is-ancestor', ancestor, descendant], { allowed: [1, 128] })).code === 0

/** The refs whose commits are all in the given commit: one question instead of one for each. */
export async function refsWithin(directory: string, commit: string): Promise<ReadonlySet<string>> {
  const { text } = await runGit(directory, ['for-each-ref', '--format=%(refname)', `--merged=${commit}`, 'refs/heads/'])
  return new Set(text().split('\n'))
}

export async function countBetween(directory: string, left: string, right: string) {
  const { text } = await runGit(directory, ['rev-list', '--left-right', '--count', `${left}...${right}`])
  const [behind = 0, ahead = 0] = text().trim().split(/\s+/).map(Number)
  return { ahead, behind }
}

/** The tree both sides make together, or undefined when they conflict. Nothing but objects is written. */
export async function mergeTrees(directory: string, base: string, head: string): Promise<string | undefined> {
  const { code, text } = await runGit(directory, ['merge-tree', '--write-tree', '--no-messages', base, head], {
    allowed: [1],
  })
  return code === 0 ? text().split('\n')[0]?.trim() : undefined
}

const emptyTree = '4b825dc642cb6eb9a060e54bf8d69288fbee4904'

/** What changed from one commit (or nothing) to another, file by file, in git's order. */
export async function changedFiles(directory: string, from: string | undefined, to: string): Promise<FileChange[]> {
  const options = ['-z', '--raw', '-p', '-r', '-M', '--no-color', '--no-ext-diff', '--abbrev=40']
  const output = (await runGit(directory, ['diff-tree', ...options, from ?? emptyTree, to])).text()
  // An empty field stands between the list of files and their patches.
  const end = output.indexOf('\0\0')
  const raw = output.slice(0, Math.max(0, end)).split('\0')
  const patches = splitPatches(output.slice(end + 2))
  const files: FileChange[] = []
  for (let at = 0; raw[at]?.startsWith(':'); ) {
    const [, , oldSha = '', newSha = '', letter = ''] = (raw[at] ?? '').split(' ')
    const renamed = letter.startsWith('R')
    const path = raw[at + (renamed ? 2 : 1)] ?? ''
    const patch = patches[files.length]
    files.push({
      path,
      previousPath: renamed ? raw[at + 1] : undefined,
      status: renamed ? 'renamed' : letter === 'A' ? 'added' : letter === 'D' ? 'removed' : 'modified',
      sha: letter === 'D' ? oldSha : newSha,
      ...countLines(patch),
      patch,
    })
    at += renamed ? 3 : 2
  }
  return files
}

// Within a patch every line starts with a blank, a sign or "@@", so this header cannot be content.
const splitPatches = (text: string): (string | undefined)[] =>
  text
    .split(/^diff --git .*$/m)
    .slice(1)
    .map((part) => {
      const start = part.search(/^@@ /m)
      return start === -1 ? undefined : part.slice(start).replace(/\n$/, '')
    })

const countLines = (patch: string | undefined) => {
  const lines = patch?.split('\n') ?? []
  const starting = (sign: string) => lines.filter((line) => line.startsWith(sign)).length
  return { additions: starting('+'), deletions: starting('-') }
}
