/** Tries each thing the portal does in the bucket, with names that no model can have, and takes everything back. */
import { randomBytes, randomUUID } from 'node:crypto'
import {
  AbortMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3'
import type { StoreFact } from '../../ports/object-store/object-store.ts'
import { factsOf, isMissing, isTaken, toldOf } from './errors.ts'

export async function checkPermissions(client: S3Client, Bucket: string, prefix: string): Promise<StoreFact[]> {
  const part = { Bucket, Key: `${prefix}incoming/check-${randomUUID()}/000001` }
  const model = { Bucket, Key: `${prefix}sha256/${randomBytes(32).toString('hex')}` }
  const refused = async (act: Promise<unknown>): Promise<string | undefined> => {
    try {
      await act
      return undefined
    } catch (error) {
      if (isMissing(error)) return undefined
      if (factsOf(error).status !== 403) throw toldOf(error)
      return 'refused'
    }
  }
  const fact = async (label: string, act: () => Promise<unknown>): Promise<StoreFact> => {
    const answer = await refused(act())
    return { label, value: answer ?? 'allowed', ok: answer === undefined }
  }
  const publish = async () => {
    const { UploadId } = await client.send(new CreateMultipartUploadCommand(model))
    await client.send(new AbortMultipartUploadCommand({ ...model, UploadId }))
  }
  const list = (under: string) =>
    client.send(new ListObjectsV2Command({ Bucket, Prefix: `${prefix}${under}/`, MaxKeys: 1 }))
  /** There is something under this name by now: a server that heeds the condition refuses. */
  const overwriting = async (): Promise<StoreFact> => {
    const again = client.send(new PutObjectCommand({ ...part, Body: 'check', IfNoneMatch: '*' }))
    const heeded = await again.then(() => false, isTaken)
    return {
      label: 'Overwriting',
      value: heeded ? 'refused, as it should be' : 'If-None-Match is not heeded',
      ok: heeded,
    }
  }
  const facts = [
    await fact('Publish models', publish),
    await fact('Read models', () => client.send(new HeadObjectCommand(model))),
    await fact('List models', () => list('sha256')),
    await fact('Keep parts of uploads', () => client.send(new PutObjectCommand({ ...part, Body: 'check' }))),
    await overwriting(),
    await fact('Read parts of uploads', () => client.send(new GetObjectCommand(part))),
    await fact('List parts of uploads', () => list('incoming')),
    await fact('Remove parts of uploads', () => client.send(new DeleteObjectCommand(part))),
    await fact('Find unfinished uploads', () =>
      client.send(new ListMultipartUploadsCommand({ Bucket, Prefix: `${prefix}sha256/` })),
    ),
  ]
  const removing = await refused(client.send(new DeleteObjectCommand(model)))
  const advice = removing ? 'refused, as it should be' : 'allowed; the policy beside the S3 adapter does without'
  return [...facts, { label: 'Remove models', value: advice, ok: removing ? true : null }]
}
