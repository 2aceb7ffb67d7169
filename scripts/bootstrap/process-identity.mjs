// A pid alone says little: it is given out again. With the start time it names one process for good.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

export function identityOf(pid) {
  return { pid, started: startOf(pid) ?? '' }
}

export function isAlive({ pid, started }) {
  return Number.isInteger(pid) && pid > 1 && started !== '' && startOf(pid) === started
}

/** Undefined when there is no such process, or only its remains. */
function startOf(pid) {
  if (process.platform === 'linux') return startOnLinux(pid)
  const said = spawnSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).stdout?.trim()
  return said || undefined
}

function startOnLinux(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    if (fields[0] === 'Z') return undefined
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}:${fields[19]}`
  } catch {
    return undefined
  }
}
