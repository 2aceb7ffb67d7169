import { spawn } from 'node:child_process'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createGunzip } from 'node:zlib'
import { gitEnvironment } from './run.ts'

export type GitService = 'git-upload-pack' | 'git-receive-pack'
const isService = (name: string | null): name is GitService => name === 'git-upload-pack' || name === 'git-receive-pack'

/** Which service of git's smart HTTP protocol a request is for, and whether it only asks for the refs. */
export function gitRequest(request: IncomingMessage, rest: string, query: URLSearchParams) {
  const wanted = query.get('service')
  if (request.method === 'GET' && rest === '/info/refs' && isService(wanted))
    return { service: wanted, advertise: true }
  const service = rest.slice(1)
  return request.method === 'POST' && isService(service) ? { service, advertise: false } : undefined
}

type Session = { directory: string; service: GitService; advertise: boolean; protectedRefs: readonly string[] }

/** Lets git itself speak to the client; resolves when it has said everything, with the answer still open. */
export async function serveGit(request: IncomingMessage, response: ServerResponse, session: Session): Promise<void> {
  const { directory, service, advertise, protectedRefs } = session
  const version = request.headers['git-protocol']
  const args = [
    service.slice('git-'.length),
    '--stateless-rpc',
    ...(advertise ? ['--http-backend-info-refs'] : []),
    directory,
  ]
  const env = gitEnvironment({
    GIT_HOST_PROTECTED_REFS: protectedRefs.join(' '),
    ...(typeof version === 'string' && /^[\w=:]{1,64}$/.test(version) && { GIT_PROTOCOL: version }),
  })
  const child = spawn('git', args, { env, stdio: ['pipe', 'pipe', 'inherit'] })
  response.writeHead(200, {
    'content-type': `application/x-${service}-${advertise ? 'advertisement' : 'result'}`,
    'cache-control': 'no-cache, max-age=0, must-revalidate',
  })
  if (advertise) response.write(`${packetLine(`# service=${service}\n`)}0000`)
  const body = request.headers['content-encoding'] === 'gzip' ? request.pipe(createGunzip()) : request
  body.on('error', () => child.kill())
  // Git decides when it has read enough; a pipe it closed early is its answer, not a failure.
  child.stdin.on('error', () => {})
  response.on('close', () => child.kill())
  if (advertise) child.stdin.end()
  else body.pipe(child.stdin)
  child.stdout.pipe(response, { end: false })
  await new Promise<void>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', () => resolve())
  })
}

const packetLine = (text: string) => (text.length + 4).toString(16).padStart(4, '0') + text
