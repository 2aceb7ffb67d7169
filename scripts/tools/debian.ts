import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { userInfo } from 'node:os'
import { dirname, join } from 'node:path'
import { withoutServices } from './debian-services.ts'
import type { NativeTool } from './native.ts'
import { runTool } from './run-tool.ts'

interface DebianPackage {
  name: string
  /** Works from any folder. The others look for files in their usual place, so they are installed, as root. */
  portable: boolean
}

const packages: Record<NativeTool, DebianPackage> = {
  prometheus: { name: 'prometheus', portable: true },
  alertmanager: { name: 'prometheus-alertmanager', portable: false },
  chromium: { name: 'chromium', portable: false },
}

/** Debian's and Ubuntu's packages, which apt has checked. Returns why the tool could not be had. */
export async function fromDebian(tool: NativeTool, place: string, tell: (line: string) => void) {
  if (!isDebian()) return undefined
  const { name, portable } = packages[tool]
  if (!portable) return installWithoutService({ package: name, service: name }, tell)
  tell(`Getting ${tool} from Debian's packages`)
  return unpack(name, place)
}

export const isDebian = () => existsSync('/usr/bin/apt-get') && existsSync('/usr/bin/dpkg-deb')

/** Installs a package whose service must not run. Returns why it could not be had. */
export async function installWithoutService(
  { package: name, service }: { package: string; service: string },
  tell: (line: string) => void,
): Promise<string | undefined> {
  if (userInfo().uid !== 0) return `as root, this would do it: apt-get install ${name}`
  tell(`Installing ${name} from Debian's packages`)
  return withoutServices(service, () => install(name))
}

async function install(name: string): Promise<string | undefined> {
  const patiently = ['-o', 'DPkg::Lock::Timeout=300']
  const run = (...args: string[]) =>
    // In a group of its own: Ctrl-C must not leave the system with half a package.
    runTool('apt-get', [...args, ...patiently], { env: { DEBIAN_FRONTEND: 'noninteractive' }, ownGroup: true })
  const first = await run('install', '--yes', '--no-install-recommends', name)
  if (first.code === 0) return undefined
  await run('update') // a fresh machine has no package lists
  const second = await run('install', '--yes', '--no-install-recommends', name)
  return second.code === 0 ? undefined : `apt-get install ${name} failed: ${lastLine(second.said)}`
}

async function unpack(name: string, place: string): Promise<string | undefined> {
  mkdirSync(dirname(place), { recursive: true })
  const work = mkdtempSync(join(dirname(place), 'unpacking-'))
  try {
    const archive = (await download(name, [], work)) ?? (await download(name, await freshLists(work), work))
    if (!archive) return `apt-get download ${name} failed`
    const opened = await runTool('dpkg-deb', ['--extract', archive, join(work, 'package')])
    if (opened.code !== 0) return `dpkg-deb could not unpack ${name}: ${lastLine(opened.said)}`
    rmSync(place, { recursive: true, force: true })
    mkdirSync(place, { recursive: true })
    renameSync(join(work, 'package', 'usr', 'bin'), join(place, 'bin'))
    return undefined
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

async function download(name: string, options: string[], work: string): Promise<string | undefined> {
  const { code } = await runTool('apt-get', [...options, 'download', name], { directory: work })
  const archive = readdirSync(work).find((file) => file.endsWith('.deb'))
  return code === 0 && archive ? join(work, archive) : undefined
}

// Package lists of our own, for a machine whose lists were never fetched, or are so old that their files are gone.
async function freshLists(work: string): Promise<string[]> {
  mkdirSync(join(work, 'lists', 'partial'), { recursive: true })
  mkdirSync(join(work, 'cache', 'archives', 'partial'), { recursive: true })
  const settings = [
    `Dir::State::lists=${join(work, 'lists')}`,
    `Dir::Cache=${join(work, 'cache')}`,
    'Debug::NoLocking=1',
  ]
  const options = settings.flatMap((setting) => ['-o', setting])
  await runTool('apt-get', [...options, 'update'], { directory: work })
  return options
}

const lastLine = (text: string) => text.trim().split('\n').at(-1) ?? ''
