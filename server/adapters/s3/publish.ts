/** From a private file to its name in the bucket: in one piece, or in parts of which none is lost when one is sent again. */
import { createHash } from 'node:crypto'
import { type FileHandle, open, readFile } from 'node:fs/promises'
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  ListMultipartUploadsCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3'

const mebibyte = 2 ** 20
const inOnePiece = 16 * mebibyte
const atOnce = 3
/** S3 takes 10,000 parts; so many keep the listing of a large file short. */
const mostParts = 1000

type Target = { Bucket: string; Key: string }
type PrivateFile = { path: string; sizeBytes: number }

export const sha256InBase64 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('base64')

/** The server checks each piece by its SHA-256, and refuses when there is something under the name, unless told to replace it. */
export async function publishFile(
  client: S3Client,
  target: Target,
  file: PrivateFile,
  { replace = false } = {},
): Promise<void> {
  const condition = replace ? {} : { IfNoneMatch: '*' }
  if (file.sizeBytes <= inOnePiece) {
    const Body = await readFile(file.path)
    await client.send(new PutObjectCommand({ ...target, ...condition, Body, ChecksumSHA256: sha256InBase64(Body) }))
    return
  }
  const created = await client.send(new CreateMultipartUploadCommand({ ...target, ChecksumAlgorithm: 'SHA256' }))
  const upload = { ...target, UploadId: created.UploadId }
  try {
    const Parts = await sendParts(client, upload, file)
    await client.send(new CompleteMultipartUploadCommand({ ...upload, ...condition, MultipartUpload: { Parts } }))
  } catch (error) {
    await client.send(new AbortMultipartUploadCommand(upload)).catch(() => undefined) // the sweep finds what stays
    throw error
  }
}

async function sendParts(client: S3Client, upload: Target & { UploadId: string | undefined }, file: PrivateFile) {
  const partBytes = Math.max(inOnePiece, Math.ceil(file.sizeBytes / mostParts / mebibyte) * mebibyte)
  const numbers = Array.from({ length: Math.ceil(file.sizeBytes / partBytes) }, (_, place) => place + 1)
  const sent: { PartNumber: number; ETag: string | undefined; ChecksumSHA256: string }[] = []
  await using handle = await open(file.path)
  const waiting = numbers.values()
  const send = async () => {
    for (const PartNumber of waiting) {
      const start = (PartNumber - 1) * partBytes
      const Body = await slice(handle, start, Math.min(partBytes, file.sizeBytes - start))
      const ChecksumSHA256 = sha256InBase64(Body)
      const { ETag } = await client.send(new UploadPartCommand({ ...upload, PartNumber, Body, ChecksumSHA256 }))
      sent.push({ PartNumber, ETag, ChecksumSHA256 })
    }
  }
  // All have ended before anybody gives the upload up: a piece that arrives later would stay.
  const ends = await Promise.allSettled(Array.from({ length: atOnce }, send))
  for (const end of ends) if (end.status === 'rejected') throw end.reason
  return sent.sort((a, b) => a.PartNumber - b.PartNumber)
}

async function slice(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await handle.read({ buffer: Buffer.alloc(length), position })
  if (bytesRead !== length) throw new Error('A private file has become shorter')
  return buffer
}

/** What was begun by a process that is no more. */
export async function abortStale(client: S3Client, Bucket: string, Prefix: string, before: Date): Promise<number> {
  const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket, Prefix }))
  const stale = Uploads.filter(({ Initiated }) => Initiated && Initiated < before)
  for (const { Key, UploadId } of stale) await client.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId }))
  return stale.length
}
