/** Opens the bytes behind an address: file://, http(s)://, s3://. */
import { createReadStream } from 'node:fs'
import { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import type { GetObjectCommand as GetObject, S3Client } from '@aws-sdk/client-s3'
import { openHttp } from '../../models/http-source.ts'

export class FetchError extends Error {}

/** Opens the bytes behind an address. */
export type OpenSource = (address: URL, signal: AbortSignal) => Promise<Readable>

export type S3Settings = { region?: string; endpoint?: string; pathStyle?: boolean }

/** `s3` holds for every bucket: an address, which may be a tenant's, must not say where the agent's credentials go. */
export const sourceOpener = (s3: S3Settings = {}): OpenSource => {
  const client = s3ClientOf(s3)
  return async (address, signal) => {
    if (address.protocol === 'file:') return createReadStream(fileURLToPath(address), { signal })
    if (address.protocol === 's3:') return await openS3(await client(), address, signal)
    if (address.protocol === 'http:' || address.protocol === 'https:') return await openHttp(address, signal)
    throw new FetchError(`Addresses that start with ${address.protocol} cannot be fetched.`)
  }
}

type Loaded = { client: S3Client; GetObjectCommand: typeof GetObject }

/**
 * What is not set comes from the environment, and credentials always do, as every AWS tool takes them. Loaded when first
 * needed: an agent with another store starts without it.
 */
const s3ClientOf = ({ region, endpoint, pathStyle }: S3Settings): (() => Promise<Loaded>) => {
  let loaded: Promise<Loaded> | undefined
  const load = async () => {
    const { GetObjectCommand, S3Client } = await import('@aws-sdk/client-s3')
    const { AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_S3 } = process.env
    const elsewhere = (endpoint ?? AWS_ENDPOINT_URL_S3 ?? AWS_ENDPOINT_URL) !== undefined
    const client = new S3Client({
      ...(region ? { region } : endpoint ? { region: 'us-east-1' } : {}),
      ...(endpoint && { endpoint }),
      forcePathStyle: pathStyle ?? elsewhere,
    })
    return { client, GetObjectCommand }
  }
  return () => {
    loaded ??= load()
    return loaded
  }
}

const openS3 = async ({ client, GetObjectCommand }: Loaded, address: URL, signal: AbortSignal): Promise<Readable> => {
  const key = decodeURIComponent(address.pathname.slice(1))
  const { Body } = await client.send(new GetObjectCommand({ Bucket: address.host, Key: key }), { abortSignal: signal })
  if (!(Body instanceof Readable)) throw new FetchError('The store answered without a body.')
  return Body
}
