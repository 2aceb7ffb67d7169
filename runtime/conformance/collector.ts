/** The collector in collector.py as a process: its address, and its verdict as an exit code when it is stopped. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

export const startCollector = async (
  interpreter: string,
  script: string,
): Promise<{ url: string; stop: () => Promise<number> }> => {
  const child = spawn(interpreter, [script], { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = once(child, 'close')
  const lines = createInterface(child.stdout)
  const [port] = await Promise.race([once(lines, 'line'), ended.then(() => [undefined])])
  if (port === undefined) throw new Error('the collector of traces ended before it listened')
  lines.on('line', (line) => console.log(line))
  return {
    url: `http://127.0.0.1:${port}/v1/traces`,
    stop: async () => {
      child.kill('SIGTERM')
      const [code] = await ended
      return typeof code === 'number' ? code : 1
    },
  }
}
