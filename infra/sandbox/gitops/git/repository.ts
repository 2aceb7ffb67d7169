/** A bare mirror of one Git repository: what a revision means now, and the files below a folder at a commit. */
import { execFile, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { access, mkdir, rename, rm } from 'node:fs/promises'
import { dirname, join, posix } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const FETCH_MILLISECONDS = 60_000
const SYMBOLIC_LINK = '120000'
const KEPT_CHARACTERS = 50_000_000

export type RepositoryFile = { path: string; content: string }
export type Credentials = { prefix: string; token: string }
type Entry = { mode: string; kind: string; id: string; path: string }

export class Repository {
  readonly url: string
  readonly #folder: string
  readonly #environment: Record<string, string>
  readonly #onMoved: () => void
  #fetching: Promise<void> | undefined
  #next: Promise<void> | undefined
  #refs = ''
  readonly #commits = new Map<string, Promise<string>>()
  /** The trees of the last few commits and the blobs seen: a commit that leaves a folder alone costs that folder nothing. */
  readonly #trees = new Map<string, Promise<Entry[]>>()
  readonly #blobs = new Map<string, string>()
  #kept = 0

  /** `onMoved` hears of every change, whoever's question brought it to light. */
  constructor(url: string, state: string, credentials: Credentials | undefined, onMoved: () => void) {
    this.#onMoved = onMoved
    this.url = url
    this.#folder = join(state, 'repositories', `${createHash('sha256').update(url).digest('hex').slice(0, 16)}.git`)
    this.#environment = environmentFor(url, credentials)
  }

  /** Who asks while a fetch is under way shares one that begins after it. */
  fetch(): Promise<void> {
    this.#next ??= (this.#fetching ?? Promise.resolve())
      .catch(() => undefined) // whoever asked for that fetch is told; this one tries anew
      .then(() => {
        this.#next = undefined
        this.#fetching = this.#fetchNow()
        return this.#fetching
      })
    return this.#next
  }

  async resolve(revision: string): Promise<string> {
    const name = revision === '' ? 'HEAD' : revision
    if (this.#refs === '') await this.fetch()
    const known = this.#commits.get(name) ?? this.#resolveNow(name)
    this.#commits.set(name, known)
    known.catch(() => this.#commits.delete(name))
    return known
  }

  /** Every folder of a commit, as ApplicationSets' directory generator sees them. */
  async folders(commit: string): Promise<string[]> {
    const folders = new Set<string>()
    for (const { path } of await this.#tree(commit)) {
      for (let folder = dirname(path); folder !== '.' && !folders.has(folder); folder = dirname(folder))
        folders.add(folder)
    }
    return [...folders].sort()
  }

  async files(commit: string, folder: string, recurse: boolean): Promise<RepositoryFile[]> {
    const path = posix.normalize(folder || '.').replace(/\/$/, '')
    if (path.startsWith('..') || path.startsWith('/'))
      throw new Error(`${folder}: app path is outside of the repository`)
    const tree = await this.#tree(commit)
    const below = path === '.' ? tree : tree.filter((entry) => entry.path.startsWith(`${path}/`))
    if (below.length === 0 && path !== '.') throw new Error(`${folder}: app path does not exist`)
    const here = recurse ? below : below.filter((entry) => dirname(entry.path) === path)
    const blobs = await this.#followed(tree, here)
    return this.#read(blobs.filter((entry) => /\.(ya?ml|json)$/.test(entry.path)))
  }

  /** Links within the repository stand for what they point at; one that leads out of it spoils every folder, as for Argo CD. */
  async #followed(tree: readonly Entry[], wanted: readonly Entry[]): Promise<Entry[]> {
    const links = tree.filter((entry) => entry.mode === SYMBOLIC_LINK)
    if (links.length === 0) return wanted.filter((entry) => entry.kind === 'blob')
    const targets = new Map<string, string>()
    for (const { path, content } of await this.#read(links)) {
      const target = posix.normalize(posix.join(dirname(path), content))
      if (content.startsWith('/') || target.startsWith('..')) {
        throw new Error(`repository contains out-of-bounds symlinks. file: ${path}`)
      }
      targets.set(path, target)
    }
    return wanted.flatMap((entry) => {
      if (entry.mode !== SYMBOLIC_LINK) return entry.kind === 'blob' ? [entry] : []
      const target = tree.find((each) => each.path === targets.get(entry.path) && each.mode !== SYMBOLIC_LINK)
      return target?.kind === 'blob' ? [{ ...target, path: entry.path }] : []
    })
  }

  #tree(commit: string): Promise<Entry[]> {
    const known = this.#trees.get(commit)
    if (known) return known
    const tree = this.#git(['ls-tree', '-r', '-z', commit]).then(({ stdout }) => stdout.split('\0').flatMap(entryFrom))
    tree.catch(() => this.#trees.delete(commit))
    this.#trees.set(commit, tree)
    const [oldest] = this.#trees.keys()
    if (this.#trees.size > 4 && oldest) this.#trees.delete(oldest)
    return tree
  }

  async #read(entries: readonly Entry[]): Promise<RepositoryFile[]> {
    const missing = entries.filter((entry) => !this.#blobs.has(entry.id))
    const fresh = await this.#load(missing.map((entry) => entry.id))
    const files = entries.map(({ id, path }) => ({ path, content: fresh.get(id) ?? this.#blobs.get(id) ?? '' }))
    for (const [id, content] of fresh) {
      if (this.#kept > KEPT_CHARACTERS) {
        this.#blobs.clear()
        this.#kept = 0
      }
      this.#blobs.set(id, content)
      this.#kept += content.length
    }
    return files
  }

  async #load(ids: readonly string[]): Promise<Map<string, string>> {
    const found = new Map<string, string>()
    if (ids.length === 0) return found
    const child = spawn('git', ['-C', this.#folder, 'cat-file', '--batch'], { stdio: ['pipe', 'pipe', 'ignore'] })
    child.stdin.end(ids.map((id) => `${id}\n`).join(''))
    const parts: Buffer[] = []
    for await (const part of child.stdout) parts.push(part)
    const bytes = Buffer.concat(parts)
    let offset = 0
    for (const id of ids) {
      const lineEnd = bytes.indexOf(10, offset)
      const size = Number(bytes.toString('utf8', offset, lineEnd).split(' ')[2])
      if (lineEnd < 0 || !Number.isInteger(size)) throw new Error(`git could not read object ${id}`)
      found.set(id, bytes.toString('utf8', lineEnd + 1, lineEnd + 1 + size))
      offset = lineEnd + 1 + size + 1
    }
    return found
  }

  async #resolveNow(name: string): Promise<string> {
    for (const candidate of [`refs/heads/${name}`, `refs/tags/${name}`, name]) {
      const { stdout } = await this.#git(['rev-parse', '--verify', '--quiet', `${candidate}^{commit}`]).catch(() => ({
        stdout: '',
      }))
      if (stdout) return stdout.trim()
    }
    throw new Error(`unable to resolve '${name}' to a commit SHA`)
  }

  async #fetchNow(): Promise<void> {
    const known = await access(join(this.#folder, 'HEAD')).then(
      () => true,
      () => false,
    )
    if (known) {
      await this.#git([
        'fetch',
        '--quiet',
        '--prune',
        'origin',
        '+refs/heads/*:refs/heads/*',
        '+refs/tags/*:refs/tags/*',
      ])
    } else {
      const part = `${this.#folder}.part`
      await rm(part, { recursive: true, force: true })
      await mkdir(part, { recursive: true })
      await run('git', ['clone', '--quiet', '--mirror', this.url, part], this.#options())
      await rename(part, this.#folder)
    }
    const { stdout } = await this.#git(['for-each-ref', '--format=%(objectname) %(refname)'])
    const moved = stdout !== this.#refs
    this.#refs = stdout || 'empty'
    if (!moved) return
    this.#commits.clear()
    this.#onMoved()
  }

  #git(args: readonly string[]): Promise<{ stdout: string }> {
    return run('git', ['-C', this.#folder, ...args], this.#options())
  }

  #options() {
    return { env: { ...process.env, ...this.#environment }, timeout: FETCH_MILLISECONDS, maxBuffer: 256 * 1024 * 1024 }
  }
}

const entryFrom = (line: string): Entry[] => {
  const match = /^(\d+) (\w+) ([0-9a-f]+)\t(.+)$/s.exec(line)
  if (!match) return []
  const [, mode = '', kind = '', id = '', path = ''] = match
  return [{ mode, kind, id, path }]
}

/** The token travels in the environment, where other users' process lists do not show it. */
const environmentFor = (url: string, credentials: Credentials | undefined): Record<string, string> => {
  const quiet = { GIT_TERMINAL_PROMPT: '0', GIT_ASKPASS: 'true', LC_ALL: 'C' }
  if (!credentials || !url.startsWith(credentials.prefix)) return quiet
  const basic = Buffer.from(`x-access-token:${credentials.token}`).toString('base64')
  return {
    ...quiet,
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: `http.${credentials.prefix}.extraHeader`,
    GIT_CONFIG_VALUE_0: `Authorization: Basic ${basic}`,
  }
}
