/** What a pod's log must give; run where pods truly run, on the sandbox and on a real API server. */
import { setTimeout as wait } from 'node:timers/promises'
import { expect, it } from 'vitest'
import type { Cluster } from './cluster.ts'

export type PodUnderTest = {
  cluster: Cluster
  namespace: string
  pod: string
  /** Has the container write a line. */
  say(line: string): Promise<void>
  /** Ends the container; it is started again. Waits until it is. */
  restart(): Promise<void>
}

const patience = { timeout: 20_000, interval: 100 }

export function podLogsContract(make: () => PodUnderTest): void {
  const read = (options: Parameters<Cluster['logs']>[2] = {}) => {
    const { cluster, namespace, pod } = make()
    return cluster.logs(namespace, pod, options)
  }
  const said = async (...lines: string[]) => {
    for (const line of lines) await make().say(line)
    await expect.poll(() => read(), patience).toContain(lines.at(-1) ?? '')
  }

  it('gives what a running container has written', async () => {
    await said('one', 'two')
    expect(await read()).toMatch(/^listening on .*\none\ntwo\n$/)
  })

  it('gives the last lines alone', async () => {
    await said('three', 'four')
    expect(await read({ tailLines: 2 })).toBe('three\nfour\n')
    expect(await read({ tailLines: 0 })).toBe('')
  })

  it('gives what is younger than so many seconds', async () => {
    await wait(4100)
    await said('young')
    expect(await read({ sinceSeconds: 3 })).toBe('young\n')
    expect(await read({ sinceSeconds: 3600 })).toContain('one\n')
  })

  it('cuts it at so many bytes', async () => {
    expect((await read({ limitBytes: 5 })).length).toBe(5)
  })

  it('refuses a container that the pod does not have', async () => {
    await expect(read({ container: 'other' })).rejects.toMatchObject({
      fault: 'invalid',
      message: expect.stringContaining('container other is not valid for pod'),
    })
  })

  it('refuses the log of a run before the first', async () => {
    await expect(read({ previous: true })).rejects.toMatchObject({
      fault: 'invalid',
      message: expect.stringContaining('previous terminated container'),
    })
  })

  it('gives the run before, once the container has been started again', async () => {
    await said('last words')
    await make().restart()
    expect(await read({ previous: true })).toContain('last words\n')
    expect(await read()).not.toContain('last words')
  })
}
