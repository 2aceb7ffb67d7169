'use client'

import { Button, Group, Progress, TextInput } from '@mantine/core'
import { Dropzone } from '@mantine/dropzone'
import { IconUpload } from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { modelQuery } from '#components/queries/models.ts'
import { upload } from '#components/queries/wire/upload.ts'
import { fileSize } from '#components/ui/figures/amounts.ts'
import { ErrorState } from '#components/ui/page/error-state.tsx'
import { Notice } from '#components/ui/page/notice.tsx'
import { uploadVersion } from '#server/contracts/models.ts'
import classes from './models.module.css'
import { refuseBeforeSending } from './refuse-file.ts'

/** Picks an ONNX file, sends it with its progress shown, and says plainly why one is refused. */
export function UploadVersion({ team, model }: { team: string; model: string }) {
  const [notes, setNotes] = useState('')
  const [file, setFile] = useState<File | null>(null)
  const [refusal, setRefusal] = useState<string | null>(null)
  const [share, setShare] = useState(0)
  const stop = useRef<AbortController | null>(null)
  const client = useQueryClient()
  const mutation = useMutation({
    mutationFn: (chosen: File) => {
      stop.current = new AbortController()
      setShare(0)
      return upload(uploadVersion, { team, model, notes }, chosen, {
        onProgress: setShare,
        signal: stop.current.signal,
      })
    },
    onSuccess: () => {
      setFile(null)
      setNotes('')
      client.invalidateQueries({ queryKey: modelQuery(team, model).queryKey })
    },
  })
  useEffect(() => () => stop.current?.abort(), [])

  const choose = async (chosen: File | undefined) => {
    mutation.reset()
    setFile(null)
    if (!chosen) return
    const why = await refuseBeforeSending(chosen)
    setRefusal(why)
    if (!why) setFile(chosen)
  }
  const stopped = mutation.error instanceof DOMException && mutation.error.name === 'AbortError'

  return (
    <div className={classes.upload}>
      {mutation.isPending && file ? (
        <div>
          <div className={classes.progressWords} role="status">
            <span>{share < 1 ? `Sending ${file.name}` : 'Checking it in isolation'}</span>
            <span>{share < 1 ? `${Math.round(share * 100)} % of ${fileSize(file.size)}` : ''}</span>
          </div>
          <Progress value={share * 100} animated={share >= 1} mt={8} aria-label="Upload" />
          <Button variant="default" size="xs" mt="sm" onClick={() => stop.current?.abort()}>
            Stop
          </Button>
        </div>
      ) : (
        <>
          <Dropzone
            onDrop={(files) => choose(files[0])}
            onReject={() => setRefusal('One file at a time can be uploaded.')}
            multiple={false}
            inputProps={{ 'aria-label': 'ONNX file' }}
          >
            <div className={classes.drop}>
              <IconUpload size={22} stroke={1.7} aria-hidden />
              <span className={classes.dropTitle}>
                {file ? `${file.name}, ${fileSize(file.size)}` : 'Drop an .onnx file here'}
              </span>
              <span className={classes.dim}>{file ? 'Or choose another' : 'or press to choose one'}</span>
            </div>
          </Dropzone>
          <TextInput
            label="Notes"
            description="Optional: what is different from the version before"
            maxLength={500}
            value={notes}
            onChange={(event) => setNotes(event.currentTarget.value)}
          />
          <Group>
            <Button disabled={!file} onClick={() => file && mutation.mutate(file)}>
              Upload as next version
            </Button>
          </Group>
        </>
      )}
      <div aria-live="polite">
        {refusal && (
          <Notice tone="bad" title="This file was not sent">
            {refusal}
          </Notice>
        )}
        {mutation.error && !stopped ? (
          <ErrorState error={mutation.error} onRetry={file ? () => mutation.mutate(file) : undefined} />
        ) : null}
        {stopped && <Notice tone="neutral">Stopped. Nothing was registered.</Notice>}
        {mutation.data && (
          <Notice tone="good" title={`Version ${mutation.data.version} is registered`}>
            Deploy it, or upload another. The same bytes sent again stay the same version.
          </Notice>
        )}
      </div>
    </div>
  )
}
