// What a test run leaves in the machine's temporary folder lies below one folder of its own, which goes with the run.
// A run that was killed cannot tidy up; the next one does it.
import { chmodSync, lstatSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

// Short, because sockets lie below it and their paths may not be long.
const prefix = 'mdy-'

export default function temporaryFolders(): () => void {
  const everybodys = tmpdir()
  removeLeftovers(everybodys)
  const folder = mkdtempSync(join(everybodys, `${prefix}${process.pid}-`))
  chmodSync(folder, 0o711) // as root PostgreSQL runs as another user, who has to get through
  const before = process.env.TMPDIR
  process.env.TMPDIR = folder // for the workers as well: they are started after this
  return () => {
    if (before === undefined) delete process.env.TMPDIR
    else process.env.TMPDIR = before
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
  }
}

/** Folders of runs whose process is gone; those of other users are left alone. */
export function removeLeftovers(everybodys: string): void {
  for (const name of readdirSync(everybodys)) {
    const pid = Number(new RegExp(`^${prefix}(\\d+)-[A-Za-z0-9]{6}$`).exec(name)?.[1] ?? Number.NaN)
    if (Number.isNaN(pid) || lives(pid)) continue
    const folder = join(everybodys, name)
    const found = lstatSync(folder, { throwIfNoEntry: false })
    if (found?.isDirectory() && found.uid === process.getuid?.()) rmSync(folder, { recursive: true, force: true })
  }
}

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
