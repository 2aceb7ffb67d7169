import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { runTool } from './run-tool.ts'

// Debian asks this file whether a package may start its service while it is being installed.
const policy = '/usr/sbin/policy-rc.d'
const ours = '#!/bin/sh\n# Written by modelyard while it installs a package, and removed afterwards.\nexit 101\n'

/** Runs an installation such that the package's service is neither started now nor at the next boot. */
export async function withoutServices<T>(service: string, install: () => Promise<T>): Promise<T> {
  removeOurs() // a kill -9 may have left it
  const undecided = !existsSync(policy)
  if (undecided) writeFileSync(policy, ours, { mode: 0o755 })
  process.on('exit', removeOurs)
  try {
    return await install()
  } finally {
    removeOurs()
    process.off('exit', removeOurs)
    await runTool('systemctl', ['disable', '--quiet', service]) // a machine without systemd starts nothing anyway
  }
}

function removeOurs(): void {
  if (existsSync(policy) && readFileSync(policy, 'utf8') === ours) rmSync(policy)
}
