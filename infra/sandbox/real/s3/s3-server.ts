/** A real S3-compatible server over a folder: versitygw, with accounts of our own and a bucket that the root account owns. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CreateBucketCommand, HeadBucketCommand, PutBucketPolicyCommand, S3Client } from '@aws-sdk/client-s3'
import { freePorts, Processes, until } from '../processes.ts'

export type S3Account = { access: string; secret: string }

export type S3Server = {
  endpoint: string
  region: string
  bucket: string
  root: S3Account
  accounts: readonly S3Account[]
  /** Where the bucket's objects lie as files. */
  folder: string
  allow: (policy: object) => Promise<void>
  stop: () => Promise<void>
}

type Options = {
  state: string
  binary: string
  bucket?: string
  accounts?: readonly S3Account[]
  root?: S3Account
  port?: number
}

const region = 'us-east-1'

export async function startS3Server({ state, binary, ...options }: Options): Promise<S3Server> {
  const {
    bucket = 'models',
    accounts = [],
    root = { access: 'root-of-store', secret: 'root-of-store-secret' },
  } = options
  const folders = { data: join(state, 'data'), accounts: join(state, 'accounts'), metadata: join(state, 'metadata') }
  for (const folder of Object.values(folders)) await mkdir(folder, { recursive: true })
  const known = Object.fromEntries(
    accounts.map((each) => [each.access, { ...each, role: 'user', userID: 0, groupID: 0, projectID: 0 }]),
  )
  await writeFile(join(folders.accounts, 'users.json'), JSON.stringify({ accessAccounts: known }), { mode: 0o600 })
  const [free] = await freePorts(1)
  const port = options.port || free
  const endpoint = `http://127.0.0.1:${port}`
  const processes = new Processes(join(state, 'logs'))
  // Metadata in files beside the objects: not every file system keeps extended attributes.
  const own = ['posix', `--sidecar=${folders.metadata}`, folders.data]
  processes.start(
    'versitygw',
    binary,
    ['--port', `127.0.0.1:${port}`, '--region', region, '--iam-dir', folders.accounts, '--quiet', ...own],
    { env: { ROOT_ACCESS_KEY: root.access, ROOT_SECRET_KEY: root.secret } },
  )
  const credentials = { accessKeyId: root.access, secretAccessKey: root.secret }
  const client = new S3Client({ endpoint, region, forcePathStyle: true, credentials, maxAttempts: 1 })
  const ready = async () => {
    await client.send(new HeadBucketCommand({ Bucket: bucket })).catch(async (error: unknown) => {
      if (!(error instanceof Error) || error.name !== 'NotFound') throw error
      await client.send(new CreateBucketCommand({ Bucket: bucket }))
    })
    return true
  }
  try {
    await until('the S3 server', 20, ready, () => processes.hasEnded('versitygw'))
  } catch (error) {
    await processes.stop()
    throw error
  }
  return {
    endpoint,
    region,
    bucket,
    root,
    accounts,
    folder: join(folders.data, bucket),
    async allow(policy) {
      await client.send(new PutBucketPolicyCommand({ Bucket: bucket, Policy: JSON.stringify(policy) }))
    },
    stop: () => processes.stop(),
  }
}
