import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from 'node:tls'
import { credentials, status } from '@grpc/grpc-js'
import { expect, it, onTestFinished } from 'vitest'
import { ensureCertificate } from '#sandbox/cluster/tls.ts'
import { ProtoWriter } from '../protocol/protobuf/protobuf.ts'
import { grpcClient } from '../testing/grpc-client.ts'
import { startTestRuntime } from '../testing/start-runtime.ts'
import { until } from '../testing/until.ts'

const folderOf = async () => {
  const folder = await mkdtemp(join(tmpdir(), 'grpc-tls-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

const certificateIn = async (folder: string, name: string) => {
  await mkdir(join(folder, name))
  const made = ensureCertificate(join(folder, name), '127.0.0.1')
  return { ...made, certificate: join(folder, name, 'tls.crt'), key: join(folder, name, 'tls.key'), pem: made.key }
}

const live = async (address: string, root: string, own?: { cert: string; pem: string }) => {
  const client = grpcClient(
    address,
    credentials.createSsl(Buffer.from(root), own ? Buffer.from(own.pem) : null, own ? Buffer.from(own.cert) : null),
  )
  const { error } = await client.ask('ServerLive', new ProtoWriter(), {}, { deadline: Date.now() + 5000 })
  client.close()
  return error?.code ?? status.OK
}

it('speaks TLS, and nothing else, with a certificate that may be renewed while it runs', async () => {
  const folder = await folderOf()
  const [first, second] = [await certificateIn(folder, 'a'), await certificateIn(folder, 'b')]
  const runtime = await startTestRuntime({
    grpcPort: 0,
    grpcTls: { certificate: first.certificate, key: first.key, clientAuthority: '', refreshMilliseconds: 100 },
  })
  const address = runtime.runtime.grpc ?? ''
  await until('it is live', async () => (await live(address, first.cert)) === status.OK)
  expect(await live(address, second.cert)).toBe(status.UNAVAILABLE)
  const plain = grpcClient(address, credentials.createInsecure())
  expect((await plain.ask('ServerLive', new ProtoWriter(), {}, { deadline: Date.now() + 1000 })).error).toBeDefined()
  plain.close()

  await writeFile(first.key, second.pem)
  await writeFile(first.certificate, second.cert)
  await until('it has the new certificate', async () => (await live(address, second.cert)) === status.OK)
})

it('asks callers for certificates when told whose to trust', async () => {
  const folder = await folderOf()
  const [own, caller] = [await certificateIn(folder, 'own'), await certificateIn(folder, 'caller')]
  const runtime = await startTestRuntime({
    grpcPort: 0,
    grpcTls: {
      certificate: own.certificate,
      key: own.key,
      clientAuthority: caller.certificate,
      refreshMilliseconds: 60_000,
    },
  })
  const address = runtime.runtime.grpc ?? ''
  await until('it is live', async () => (await live(address, own.cert, caller)) === status.OK)
  expect(await live(address, own.cert)).toBe(status.UNAVAILABLE)
})

it('takes no TLS older than 1.2', async () => {
  const folder = await folderOf()
  const own = await certificateIn(folder, 'own')
  const runtime = await startTestRuntime({
    grpcPort: 0,
    grpcTls: { certificate: own.certificate, key: own.key, clientAuthority: '', refreshMilliseconds: 60_000 },
  })
  await until('it is live', async () => (await live(runtime.runtime.grpc ?? '', own.cert)) === status.OK)
  const outcome = await new Promise((resolve) => {
    const [host, port] = (runtime.runtime.grpc ?? '').split(':')
    const socket = connect({ host, port: Number(port), ca: own.cert, minVersion: 'TLSv1', maxVersion: 'TLSv1.1' })
    socket.on('secureConnect', () => resolve('connected'))
    socket.on('error', () => resolve('refused'))
    socket.on('secureConnect', () => socket.destroy())
  })
  expect(outcome).toBe('refused')
})

it('does not start with a certificate that cannot be used', async () => {
  const folder = await folderOf()
  const [own, other] = [await certificateIn(folder, 'own'), await certificateIn(folder, 'other')]
  const tls = { certificate: own.certificate, key: other.key, clientAuthority: '', refreshMilliseconds: 60_000 }
  await expect(startTestRuntime({ grpcPort: 0, grpcTls: tls }, true)).rejects.toThrow('--grpc-cert')
  const missing = { ...tls, key: join(folder, 'none') }
  await expect(startTestRuntime({ grpcPort: 0, grpcTls: missing }, true)).rejects.toThrow('ENOENT')
})
