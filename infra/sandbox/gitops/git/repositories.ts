import { type Credentials, Repository } from './repository.ts'

/** One mirror per address, fetched again and again; who asked is told when something has moved. */
export class Repositories {
  readonly #state: string
  readonly #credentials: Credentials | undefined
  readonly #known = new Map<string, Repository>()

  constructor(state: string, credentials: Credentials | undefined) {
    this.#state = state
    this.#credentials = credentials
  }

  at(url: string): Repository {
    const known = this.#known.get(url) ?? new Repository(url, this.#state, this.#credentials)
    this.#known.set(url, known)
    return known
  }

  /** The addresses whose branches or tags have moved since they were last asked. */
  async fetchAll(log: (message: string) => void): Promise<Set<string>> {
    const moved = new Set<string>()
    await Promise.all(
      [...this.#known.values()].map(async (repository) => {
        try {
          if (await repository.fetch()) moved.add(repository.url)
        } catch (error) {
          log(`fetching ${repository.url}: ${error instanceof Error ? error.message.split('\n').at(-1) : error}`)
        }
      }),
    )
    return moved
  }
}
