/** Runs one pod from its arrival on the node until it is gone. */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { record } from '#sandbox/controllers/events.ts'
import type { Context } from '#sandbox/controllers/kinds.ts'
import { isConflict, isNotFound } from '#sandbox/kube-client/api-error.ts'
import type { ResourceType } from '#sandbox/kube-client/discovery.ts'
import { timestamp } from '#sandbox/kube-client/objects.ts'
import type { ChildSweeper } from '#sandbox/process/child-sweeper.ts'
import { ContainerProcess } from './container-process.ts'
import { launchOf } from './environment.ts'
import type { Container, Pod } from './kinds.ts'
import type { PodAddress } from './pod-network.ts'
import { type ContainerView, statusOf } from './pod-status.ts'

export const POD_URL = 'sandbox.modelyard.dev/pod-url'

export type NodeSettings = {
  name: string
  state: string
  root: string
  entrypoint: readonly string[]
  isRuntime(image: string): boolean
  firstBackoffMilliseconds: number
}

export class PodWorker {
  pod: Pod
  readonly address: PodAddress
  readonly #context: Context
  readonly #type: ResourceType
  readonly #node: NodeSettings
  readonly #sweeper: ChildSweeper
  readonly #processes: ContainerProcess[] = []
  readonly #views: (() => ContainerView)[]
  readonly #folder: string
  #reporting: Promise<void> = Promise.resolve()
  #ending: Promise<void> | undefined

  constructor(
    context: Context,
    type: ResourceType,
    pod: Pod,
    node: NodeSettings,
    address: PodAddress,
    sweeper: ChildSweeper,
  ) {
    this.pod = pod
    this.address = address
    this.#context = context
    this.#type = type
    this.#node = node
    this.#sweeper = sweeper
    this.#folder = join(node.state, 'pods', pod.metadata.uid ?? '')
    this.#views = (pod.spec?.containers ?? []).map((container) => this.#viewOf(container))
  }

  get pids(): { container: string; pid: number }[] {
    return this.#processes.flatMap(({ container, pid }) =>
      pid === undefined ? [] : [{ container: container.name, pid }],
    )
  }

  logFile(container: string): string {
    return join(this.#folder, 'logs', `${container}.log`)
  }

  /** Which run of a container is under way, or undefined when none is. */
  runOf(container: string): number | undefined {
    return this.pids.find((each) => each.container === container)?.pid
  }

  isProcess(container: string): boolean {
    return this.#processes.some((each) => each.container.name === container)
  }

  async start(): Promise<void> {
    await this.#publishUrl()
    await Promise.all(this.#processes.map((each) => each.start()))
    this.#report()
    await this.#reporting
  }

  /** Ends the processes within the grace the pod was given, then lets the object go. */
  finish(graceSeconds: number): Promise<void> {
    this.#ending ??= this.#finish(graceSeconds)
    return this.#ending
  }

  async stopProcesses(graceMilliseconds: number): Promise<void> {
    await Promise.all(this.#processes.map((each) => each.stop(graceMilliseconds)))
  }

  async #finish(graceSeconds: number): Promise<void> {
    await this.stopProcesses(graceSeconds * 1000)
    await this.#reporting
    const { namespace, name, uid } = this.pod.metadata
    await this.#context.client
      .delete(this.#type, namespace, name, { gracePeriod: 0, ...(uid ? { uid } : {}) })
      .catch((error: unknown) => {
        if (!isNotFound(error) && !isConflict(error)) throw error
      })
    await rm(this.#folder, { recursive: true, force: true })
  }

  #viewOf(container: Container): () => ContainerView {
    if (!this.#node.isRuntime(container.image)) {
      const startedAt = timestamp()
      return () => ({
        container,
        state: { running: { startedAt } },
        lastState: {},
        ready: true,
        started: true,
        restartCount: 0,
        pid: undefined,
      })
    }
    const process = new ContainerProcess(container, {
      launch: () =>
        launchOf(this.pod, container, {
          client: this.#context.client,
          folder: this.#folder,
          entrypoint: this.#node.entrypoint,
          root: this.#node.root,
          address: this.address,
          node: this.#node.name,
        }),
      address: this.address,
      logFile: this.logFile(container.name),
      restarts: this.pod.spec?.restartPolicy ?? 'Always',
      firstBackoffMilliseconds: this.#node.firstBackoffMilliseconds,
      onChange: () => this.#report(),
      onEvent: ({ type, reason, message }) => void record(this.#context, 'kubelet', this.pod, type, reason, message),
      onProcess: (pid, running) => {
        if (pid === undefined) return
        if (running) this.#sweeper.hold(pid)
        else this.#sweeper.release(pid)
      },
    })
    this.#processes.push(process)
    return () => process
  }

  /** Tells clients outside the cluster's network where the pod answers; in a real one this is the pod's own address. */
  async #publishUrl(): Promise<void> {
    const [process] = this.#processes
    const ports = process?.container.ports
    const port = ports?.find((each) => each.name === 'http') ?? ports?.[0]
    if (!port) return
    const url = `http://${this.address.ip}:${await this.address.portFor(port.containerPort)}`
    const { namespace, name } = this.pod.metadata
    await this.#context.client
      .merge(this.#type, namespace, name, { metadata: { annotations: { [POD_URL]: url } } })
      .catch((error: unknown) => this.#context.log(`${namespace}/${name}: ${error}`))
  }

  /** One report at a time, always of how things are when it is sent. */
  #report(): void {
    this.#reporting = this.#reporting.then(async () => {
      const { namespace, name } = this.pod.metadata
      const status = statusOf(
        this.pod,
        this.#views.map((view) => view()),
        this.address.ip,
      )
      if (isDeepStrictEqual(pick(this.pod.status, status), status)) return
      try {
        this.pod = await this.#context.client.merge<Pod>(this.#type, namespace, name, { status }, 'status')
      } catch (error) {
        if (isNotFound(error)) return
        this.#context.log(`status of ${namespace}/${name}: ${error}`)
        setTimeout(() => this.#report(), 500).unref()
      }
    })
  }
}

const pick = (status: Pod['status'], like: object): unknown =>
  Object.fromEntries(Object.keys(like).map((key) => [key, Reflect.get(status ?? {}, key)]))
