import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, it } from 'vitest'
import { until } from '../../testing/until.ts'
import { processorSeconds } from './processor-time.ts'

it('counts what a process and its children used, finer than hundredths of a second', async () => {
  const script = 'while :; do :; done & while :; do :; done'
  const shell = spawn('/bin/sh', ['-c', script], { stdio: 'ignore', detached: true })
  const ended = once(shell, 'close')
  const pid = shell.pid ?? 0
  try {
    const first = await until('it has begun', () => processorSeconds(pid) || undefined)
    const later = await until('it has used more', () => {
      const used = processorSeconds(pid)
      return used > first + 0.005 && used
    })
    expect(later).toBeLessThan(60)
    expect(processorSeconds(2 ** 30)).toBe(0)
  } finally {
    process.kill(-pid, 'SIGKILL')
    await ended
  }
})
