import { createServer } from 'node:net'

/** Where a pod's processes listen. Only Linux gives every program the whole of 127.0.0.0/8 without being asked. */
export type PodAddress = { ip: string; portFor(containerPort: number): Promise<number> }

export class PodNetwork {
  readonly #used = new Set<string>()
  readonly #ownAddresses: boolean
  readonly #prefix: string
  #next = 1

  /** `prefix` is the first two numbers of the pods' addresses, like `127.84`; other ranges must be routed to this machine. */
  constructor(prefix = '127.84', ownAddresses = process.platform === 'linux') {
    this.#prefix = prefix
    this.#ownAddresses = ownAddresses
  }

  /** A pod keeps the address its status already names. */
  take(known: string | undefined): PodAddress {
    if (!this.#ownAddresses) return { ip: '127.0.0.1', portFor: freePort }
    const ip = known?.startsWith(`${this.#prefix}.`) && !this.#used.has(known) ? known : this.#free()
    this.#used.add(ip)
    return { ip, portFor: async (port) => port }
  }

  release(ip: string): void {
    this.#used.delete(ip)
  }

  #free(): string {
    for (let tries = 0; tries < 65_000; tries += 1) {
      const ip = `${this.#prefix}.${(this.#next >> 8) & 255}.${this.#next & 255}`
      this.#next = this.#next >= 65_000 ? 1 : this.#next + 1
      if (!this.#used.has(ip) && !ip.endsWith('.0') && !ip.endsWith('.255')) return ip
    }
    throw new Error('no pod address is free')
  }
}

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer().once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
