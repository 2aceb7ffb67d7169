/**
 * The names this agent has put into the runtime, kept on disk: after a crash it must take out what was deleted
 * meanwhile, and must leave alone what others put there.
 */
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

export class OwnedNames {
  readonly #folder: string
  readonly #names: Set<string>

  private constructor(folder: string, names: readonly string[]) {
    this.#folder = folder
    this.#names = new Set(names)
  }

  static async open(cache: string): Promise<OwnedNames> {
    const folder = join(cache, 'owned')
    await mkdir(folder, { recursive: true })
    return new OwnedNames(folder, await readdir(folder))
  }

  has(name: string): boolean {
    return this.#names.has(name)
  }

  all(): string[] {
    return [...this.#names]
  }

  async add(name: string): Promise<void> {
    if (this.#names.has(name)) return
    await writeFile(join(this.#folder, name), '')
    this.#names.add(name)
  }

  async remove(name: string): Promise<void> {
    await rm(join(this.#folder, name), { force: true })
    this.#names.delete(name)
  }
}
