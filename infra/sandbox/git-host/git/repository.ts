import { chmod, mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { nullSha } from './names.ts'
import { GitFailure, runGit } from './run.ts'

// Runs inside git for each pushed ref. What may not be pushed comes in by the environment of that one push.
const updateHook = `#!/bin/sh
case " $GIT_HOST_PROTECTED_REFS " in
*" $1 "*)
  echo "error: GH006: Protected branch update failed for $1." >&2
  echo "error: Changes must be made through a pull request." >&2
  exit 1
esac
`

const settings = `[core]
	repositoryFormatVersion = 0
	bare = true
	fsync = none
[receive]
	hideRefs = refs/pull
	maxInputSize = 500m
	fsckObjects = true
	denyDeleteCurrent = ignore
[uploadpack]
	allowAnySHA1InWant = true
	allowFilter = true
[gc]
	auto = 0
`

/** Creates a bare repository, or completes one whose creation was interrupted. */
export async function createBareRepository(directory: string, defaultBranch: string): Promise<void> {
  await mkdir(directory, { recursive: true })
  await runGit(directory, ['init', '--bare', '--quiet', `--initial-branch=${defaultBranch}`, directory])
  await writeFile(join(directory, 'config'), settings)
  const hook = join(directory, 'hooks', 'update')
  await mkdir(join(directory, 'hooks'), { recursive: true })
  await writeFile(hook, updateHook)
  await chmod(hook, 0o755)
}

/** Removes what git leaves behind when it is killed: a stale lock would hold its ref for ever. */
export async function clearLeftovers(directory: string): Promise<void> {
  const names = await readdir(directory, { recursive: true })
  const stale = names.filter((name) => /(^(refs\/.*|packed-refs|HEAD)\.lock$)|^index\.[0-9a-f]{12}/.test(name))
  for (const name of stale) await rm(join(directory, name), { force: true })
}

export type Refs = ReadonlyMap<string, string>

export async function listRefs(directory: string, prefix = 'refs/'): Promise<Refs> {
  const { text } = await runGit(directory, ['for-each-ref', '--format=%(objectname) %(refname)', prefix])
  const lines = text().split('\n').filter(Boolean)
  return new Map(lines.map((line) => [line.slice(41), line.slice(0, 40)]))
}

/** Moves a ref only if it still is where the caller saw it; tells whether it did. */
export async function moveRef(directory: string, ref: string, to: string, from: string): Promise<boolean> {
  try {
    const args = to === nullSha ? ['update-ref', '-d', ref, from] : ['update-ref', ref, to, from]
    await runGit(directory, args)
    return true
  } catch (error) {
    if (
      error instanceof GitFailure &&
      /cannot lock ref|but expected|already exists|unable to resolve/.test(error.stderr)
    ) {
      return false
    }
    throw error
  }
}
