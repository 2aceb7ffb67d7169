import { constants } from 'node:fs'
import { access } from 'node:fs/promises'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'

/** Outside the repository, by version: every checkout of a user shares what was once built. */
export const cacheRoot = (): string => join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'modelyard', 'bin')

export const folderOf = (item: { name: string; version: string }): string =>
  join(cacheRoot(), `${item.name}-${item.version}`)

export const isExecutable = async (path: string): Promise<boolean> =>
  access(path, constants.X_OK).then(
    () => true,
    () => false,
  )

// Debian keeps some servers in sbin, and Go's own archive goes where it says; a user's PATH may lack both.
const usualFolders = ['/usr/sbin', '/usr/local/sbin', '/usr/local/go/bin']

export const onPath = async (name: string): Promise<string | undefined> => {
  for (const folder of [...(process.env.PATH ?? '').split(delimiter), ...usualFolders]) {
    if (folder && (await isExecutable(join(folder, name)))) return join(folder, name)
  }
  return undefined
}
