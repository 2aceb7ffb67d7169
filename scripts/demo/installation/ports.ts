import { createHash } from 'node:crypto'
import { connect } from 'node:net'
import { join } from 'node:path'
import { z } from 'zod'
import { type Reservation, reserve } from '../../supervisor/free-port.ts'
import { readJson, writeWhole } from '../../supervisor/records.ts'

export const portNames = [
  'portal',
  'identity',
  'git',
  'cluster',
  'runtime',
  'prometheus',
  'alertmanager',
  'postgres',
] as const
export type PortName = (typeof portNames)[number]
export type Ports = Record<PortName, number>

export interface HeldPorts {
  ports: Ports
  /** Nobody else can take a port until its owner is about to listen on it. */
  release(name: PortName): Promise<void>
  releaseAll(): Promise<void>
}

const Remembered = z.partialRecord(z.enum(portNames), z.number().int())

/**
 * The ports of an installation: those of last time while they are free, so that addresses stay the same; else 3000 for
 * the portal, and a block that depends on where the checkout is, so that two checkouts seldom want the same.
 */
export async function holdPorts(state: string, portalPort?: number): Promise<HeldPorts> {
  const file = join(state, 'ports.json')
  const remembered = readJson(file, Remembered) ?? {}
  const block = 20_000 + (createHash('sha256').update(state).digest().readUInt16BE() % 600) * 20
  const held = new Map<PortName, Reservation>()
  for (const [index, name] of portNames.entries()) {
    const wanted = name === 'portal' ? [portalPort, remembered.portal, 3000, block] : [remembered[name], block + index]
    held.set(name, await firstFree(wanted.filter((port) => port !== undefined)))
  }
  const portOf = (name: PortName) => held.get(name)?.port ?? 0
  const ports = {
    portal: portOf('portal'),
    identity: portOf('identity'),
    git: portOf('git'),
    cluster: portOf('cluster'),
    runtime: portOf('runtime'),
    prometheus: portOf('prometheus'),
    alertmanager: portOf('alertmanager'),
    postgres: portOf('postgres'),
  }
  writeWhole(file, JSON.stringify(ports, undefined, 2))
  const release = async (name: PortName) => {
    await held.get(name)?.release()
    held.delete(name)
  }
  return {
    ports,
    release,
    async releaseAll() {
      for (const name of portNames) await release(name)
    },
  }
}

async function firstFree(wanted: number[]): Promise<Reservation> {
  for (const port of wanted) {
    if (await isAnswered(port)) continue // some systems let us listen beside a server for all addresses
    try {
      return await reserve(port)
    } catch {
      // In use: the next one, or in the end any.
    }
  }
  return reserve(0)
}

function isAnswered(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' })
    const done = (answered: boolean) => {
      socket.destroy()
      resolve(answered)
    }
    socket.setTimeout(500, () => done(true))
    socket.once('connect', () => done(true)).once('error', () => done(false))
  })
}
