/** An upload as a page sees it: begun or taken up again, sent, paused, checked, ended. It outlives the page. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { modelQuery } from '#components/queries/models.ts'
import { uploadsQuery } from '#components/queries/uploads.ts'
import { call } from '#components/queries/wire/call.ts'
import { upload as sendBytes } from '#components/queries/wire/upload.ts'
import {
  beginUpload,
  completeUpload,
  getUpload,
  putPart,
  type Refusal,
  stopUpload,
  type UploadView,
} from '#server/contracts/uploads.ts'
import { fingerprintOf, sha256Of } from './fingerprint.ts'
import { mayPass, sendParts } from './send-parts.ts'

export type Phase =
  | { kind: 'idle' }
  | { kind: 'sending'; name: string; sent: number; size: number }
  | { kind: 'paused'; name: string; sent: number; size: number }
  | { kind: 'checking'; name: string }
  | { kind: 'done'; version: number }
  | { kind: 'refused'; name: string; refusal: Refusal }
  | { kind: 'stopped' }
  | { kind: 'failed'; error: unknown }

const askAgainAfter = 700

export function useUpload(team: string, model: string, onDone: () => void) {
  const [phase, setPhase] = useState<Phase>({ kind: 'idle' })
  const client = useQueryClient()
  const unfinished = useQuery(uploadsQuery(team, model))
  const running = useRef<AbortController | null>(null)
  /** What this page sends; the upload is known once it has begun. */
  const current = useRef<{ file: File; notes: string; begun?: Promise<UploadView>; upload?: UploadView } | null>(null)
  const at = (upload: UploadView) => ({ team, model, upload: upload.id })
  const forget = () => client.invalidateQueries({ queryKey: uploadsQuery(team, model).queryKey })

  useEffect(() => () => running.current?.abort(), [])

  // What was being checked when the page was left goes on here.
  const left = unfinished.data?.items.find((each) => each.state === 'checking')
  const leftId = left?.id
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each upload that is found being checked
  useEffect(() => {
    if (left && !running.current) void run((signal) => follow(left, signal))
  }, [leftId])

  async function run(act: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const controller = new AbortController()
    running.current = controller
    try {
      await act(controller.signal)
    } catch (error) {
      if (!controller.signal.aborted) setPhase({ kind: 'failed', error })
    } finally {
      if (running.current === controller) running.current = null
    }
  }

  /** The same file again goes on where it stopped. */
  const start = (file: File, notes: string) =>
    run(async (signal) => {
      const before = current.current?.file === file ? current.current.begun : undefined
      current.current = { file, notes, ...(before && { begun: before }) }
      setPhase({ kind: 'sending', name: file.name, sent: 0, size: file.size })
      // Paused while it was beginning: the list knows it only once it has begun, and the file would be begun twice.
      await before?.catch(() => undefined)
      const fingerprint = await fingerprintOf(file)
      const { items } = await client.fetchQuery({ ...uploadsQuery(team, model), staleTime: 0 })
      signal.throwIfAborted()
      const known = items.find((each) => each.fingerprint === fingerprint)
      const facts = { fileName: file.name, sizeBytes: file.size, fingerprint, notes }
      const idempotencyKey = crypto.randomUUID()
      // Not to be broken off: whoever cancels meanwhile must know what there is to stop.
      const begun = known ? Promise.resolve(known) : call(beginUpload, { team, model, ...facts }, { idempotencyKey })
      current.current = { file, notes, begun }
      const upload = await begun
      signal.throwIfAborted()
      current.current = { file, notes, begun, upload }
      if (upload.state === 'receiving') await send(upload, file, signal)
      await follow(await call(completeUpload, at(upload), { signal }), signal)
    })

  async function send(upload: UploadView, file: File, signal: AbortSignal): Promise<void> {
    const facts = { name: file.name, size: file.size }
    await sendParts({
      upload,
      file,
      signal,
      onProgress: (sent) => !signal.aborted && setPhase({ kind: 'sending', sent, ...facts }),
      async send(part, piece, onProgress) {
        const sha256 = await sha256Of(piece)
        await sendBytes(putPart, { ...at(upload), part, ...(sha256 && { sha256 }) }, piece, { onProgress, signal })
      },
    })
  }

  async function follow(upload: UploadView, signal: AbortSignal): Promise<void> {
    setPhase({ kind: 'checking', name: upload.fileName })
    let last = upload
    while (last.state === 'checking') {
      await new Promise((resolve) => setTimeout(resolve, askAgainAfter))
      signal.throwIfAborted()
      last = await call(getUpload, at(upload), { signal }).catch((error: unknown) => {
        if (signal.aborted || !mayPass(error)) throw error
        return last // the check goes on whether we hear of it or not
      })
    }
    current.current = null
    await forget()
    if (last.state === 'done' && last.version !== null) {
      await client.invalidateQueries({ queryKey: modelQuery(team, model).queryKey })
      setPhase({ kind: 'done', version: last.version })
      onDone()
    } else if (last.refusal) setPhase({ kind: 'refused', name: last.fileName, refusal: last.refusal })
    else setPhase({ kind: 'stopped' })
  }

  return {
    phase,
    /** Uploads of before that have not all their parts, apart from the one that this page sends. */
    unfinished: (unfinished.data?.items ?? []).filter(
      (each) => each.state === 'receiving' && each.id !== current.current?.upload?.id,
    ),
    start,
    pause() {
      if (phase.kind !== 'sending') return
      running.current?.abort()
      setPhase({ ...phase, kind: 'paused' })
    },
    goOn: () => current.current && start(current.current.file, current.current.notes),
    canGoOn: () => current.current !== null,
    async cancel() {
      running.current?.abort()
      const begun = current.current?.begun
      current.current = null
      const upload = await begun?.catch(() => undefined) // what could not begin need not be stopped
      if (upload) await call(stopUpload, at(upload)).catch(() => undefined) // it ends by itself in a day
      await forget()
      setPhase({ kind: 'stopped' })
    },
    async discard(upload: UploadView) {
      await call(stopUpload, at(upload)).catch((error: unknown) => setPhase({ kind: 'failed', error }))
      await forget()
    },
    reset() {
      current.current = null
      setPhase({ kind: 'idle' })
    },
  }
}
