/** A repository behind smart HTTP for tests: `git http-backend` speaks the protocol, this only carries it. */
import { execFile, spawn } from 'node:child_process'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { closeServer, handleWith, listen } from '#sandbox/process/local-process.ts'

const run = promisify(execFile)

export type TestRepository = {
  url: string
  /** Writes, removes (null) and links files in one commit on main; answers with its SHA. */
  commit(files: Record<string, string | null | { link: string }>): Promise<string>
  stop(): Promise<void>
}

export const startTestRepository = async (): Promise<TestRepository> => {
  const root = await mkdtemp(join(tmpdir(), 'modelyard-git-'))
  const work = join(root, 'work')
  const env = { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' }
  const git = async (...args: string[]) => (await run('git', args, { cwd: work, env })).stdout.trim()
  await mkdir(work)
  await run('git', ['init', '--quiet', '--bare', '--initial-branch=main', join(root, 'gitops.git')], { env })
  await git('init', '--quiet', '--initial-branch=main')
  await git('config', 'user.name', 'Contract')
  await git('config', 'user.email', 'contract@localhost')
  await git('remote', 'add', 'origin', join(root, 'gitops.git'))
  const { server, url } = await listen('127.0.0.1', 0)
  handleWith(server, (request, response) => carry(root, request, response))
  return {
    url: `${url}/gitops.git`,
    async commit(files) {
      for (const [path, content] of Object.entries(files)) {
        await mkdir(dirname(join(work, path)), { recursive: true })
        if (content === null) await rm(join(work, path), { force: true })
        else if (typeof content === 'object') await symlink(content.link, join(work, path))
        else await writeFile(join(work, path), content)
      }
      await git('add', '--all')
      await git('commit', '--quiet', '--allow-empty', '--message', 'Change')
      await git('push', '--quiet', 'origin', 'main')
      return git('rev-parse', 'HEAD')
    },
    async stop() {
      await closeServer(server)
      await rm(root, { recursive: true, force: true })
    },
  }
}

const carry = (root: string, request: IncomingMessage, response: ServerResponse): void => {
  const url = new URL(request.url ?? '/', 'http://localhost')
  const child = spawn('git', ['http-backend'], {
    env: {
      ...process.env,
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: '1',
      PATH_INFO: url.pathname,
      QUERY_STRING: url.search.slice(1),
      REQUEST_METHOD: request.method ?? 'GET',
      CONTENT_TYPE: request.headers['content-type'] ?? '',
      HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
      GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
    },
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  request.pipe(child.stdin)
  let head = Buffer.alloc(0)
  child.stdout.on('data', (part: Buffer) => {
    if (response.headersSent) return void response.write(part)
    head = Buffer.concat([head, part])
    const end = head.indexOf('\r\n\r\n')
    if (end < 0) return
    for (const line of head.toString('latin1', 0, end).split('\r\n')) {
      const [name = '', value = ''] = line.split(': ')
      if (name === 'Status') response.statusCode = Number.parseInt(value, 10)
      else response.setHeader(name, value)
    }
    response.write(head.subarray(end + 4))
  })
  child.on('close', () => response.end())
}
