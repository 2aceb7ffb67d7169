import { connect } from 'node:net'
import type { Container, Probe } from './kinds.ts'
import type { PodAddress } from './pod-network.ts'

export type ProbeResult = { ok: boolean; output: string }

/** Asks again and again; `onChange` hears when a threshold has been reached, either way. */
export const runProbe = (
  probe: Probe,
  container: Container,
  address: PodAddress,
  onChange: (ok: boolean, output: string) => void,
): (() => void) => {
  const period = (probe.periodSeconds ?? 10) * 1000
  let streak = 0
  let last: boolean | undefined
  let stopped = false
  let timer: NodeJS.Timeout
  const look = async () => {
    const { ok, output } = await ask(probe, container, address)
    if (stopped) return
    streak = ok === last ? streak + 1 : 1
    last = ok
    if (streak >= (ok ? (probe.successThreshold ?? 1) : (probe.failureThreshold ?? 3))) onChange(ok, output)
    if (!stopped) timer = setTimeout(look, period)
  }
  timer = setTimeout(look, (probe.initialDelaySeconds ?? 0) * 1000)
  return () => {
    stopped = true
    clearTimeout(timer)
  }
}

const ask = async (probe: Probe, container: Container, address: PodAddress): Promise<ProbeResult> => {
  const named = probe.httpGet?.port ?? probe.tcpSocket?.port
  // Commands inside a container cannot be run in a process: such a probe counts as passed.
  if (named === undefined) return { ok: true, output: '' }
  const wanted = typeof named === 'number' ? named : container.ports?.find((each) => each.name === named)?.containerPort
  const port = await address.portFor(wanted ?? Number(named))
  const milliseconds = (probe.timeoutSeconds ?? 1) * 1000
  return probe.httpGet
    ? askHttp(`http://${address.ip}:${port}${probe.httpGet.path ?? '/'}`, milliseconds)
    : askTcp(address.ip, port, milliseconds)
}

const askHttp = async (url: string, milliseconds: number): Promise<ProbeResult> => {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(milliseconds), redirect: 'manual' })
    await response.body?.cancel()
    const ok = response.status >= 200 && response.status < 400
    return { ok, output: ok ? '' : `HTTP probe failed with statuscode: ${response.status}` }
  } catch (error) {
    return { ok: false, output: `Get "${url}": ${error instanceof Error ? error.message : error}` }
  }
}

const askTcp = (host: string, port: number, milliseconds: number): Promise<ProbeResult> =>
  new Promise((resolve) => {
    const socket = connect({ host, port, timeout: milliseconds })
    const end = (ok: boolean, output: string) => {
      socket.destroy()
      resolve({ ok, output })
    }
    socket.once('connect', () => end(true, ''))
    socket.once('timeout', () => end(false, `dial tcp ${host}:${port}: i/o timeout`))
    socket.once('error', (error) => end(false, error.message))
  })
