import { type Credentials, Repository } from './repository.ts'

/** One mirror per address, fetched again and again; who asked is told when something has moved. */
export class Repositories {
  readonly #state: string
  readonly #onMoved: (url: string) => void
  readonly #credentials: Credentials | undefined
  readonly #known = new Map<string, Repository>()

  constructor(state: string, credentials: Credentials | undefined, onMoved: (url: string) => void) {
    this.#onMoved = onMoved
    this.#state = state
    this.#credentials = credentials
  }

  at(url: string): Repository {
    const known = this.#known.get(url) ?? new Repository(url, this.#state, this.#credentials, () => this.#onMoved(url))
    this.#known.set(url, known)
    return known
  }

  async fetchAll(log: (message: string) => void): Promise<void> {
    await Promise.all(
      [...this.#known.values()].map(async (repository) => {
        try {
          await repository.fetch()
        } catch (error) {
          log(`fetching ${repository.url}: ${error instanceof Error ? error.message.split('\n').at(-1) : error}`)
        }
      }),
    )
  }
}
