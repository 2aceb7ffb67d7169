/** Opens the bytes behind an address: file://, http(s)://, s3://. */
import { createReadStream } from 'node:fs'
import { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import type { GetObjectCommand as GetObject, S3Client } from '@aws-sdk/client-s3'
import { openHttp } from '../../models/http-source.ts'

export class FetchError extends Error {}

/**
 * Region, endpoint and credentials come from the environment, as every AWS tool takes them. Loaded when first needed:
 * an agent with another store starts without it.
 */
const s3 = (() => {
  let loaded: Promise<{ client: S3Client; GetObjectCommand: typeof GetObject }> | undefined
  const load = async () => {
    const { GetObjectCommand, S3Client } = await import('@aws-sdk/client-s3')
    const { AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_S3 } = process.env
    const client = new S3Client({ forcePathStyle: (AWS_ENDPOINT_URL_S3 ?? AWS_ENDPOINT_URL) !== undefined })
    return { client, GetObjectCommand }
  }
  return () => {
    loaded ??= load()
    return loaded
  }
})()

export const openSource = async (address: URL, signal: AbortSignal): Promise<Readable> => {
  if (address.protocol === 'file:') return createReadStream(fileURLToPath(address), { signal })
  if (address.protocol === 's3:') return await openS3(address, signal)
  if (address.protocol === 'http:' || address.protocol === 'https:') return await openHttp(address, signal)
  throw new FetchError(`Addresses that start with ${address.protocol} cannot be fetched.`)
}

const openS3 = async (address: URL, signal: AbortSignal): Promise<Readable> => {
  const key = decodeURIComponent(address.pathname.slice(1))
  const { client, GetObjectCommand } = await s3()
  const { Body } = await client.send(new GetObjectCommand({ Bucket: address.host, Key: key }), { abortSignal: signal })
  if (!(Body instanceof Readable)) throw new FetchError('The store answered without a body.')
  return Body
}
