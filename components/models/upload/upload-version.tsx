'use client'

import { Button, Group, TextInput } from '@mantine/core'
import { Dropzone } from '@mantine/dropzone'
import { IconUpload } from '@tabler/icons-react'
import { useState } from 'react'
import { fileSize } from '#components/ui/figures/amounts.ts'
import { ErrorState } from '#components/ui/page/error-state.tsx'
import { Notice } from '#components/ui/page/notice.tsx'
import classes from '../models.module.css'
import { refuseBeforeSending } from './refuse-file.ts'
import { UnfinishedUploads } from './unfinished-uploads.tsx'
import { UploadProgress } from './upload-progress.tsx'
import { useUpload } from './use-upload.ts'

/** Picks an ONNX file, sends it in parts with its progress shown, and says plainly why one is refused. */
export function UploadVersion({ team, model }: { team: string; model: string }) {
  const [notes, setNotes] = useState('')
  const [file, setFile] = useState<File | null>(null)
  const [unsent, setUnsent] = useState<string | null>(null)
  const upload = useUpload(team, model, () => {
    setFile(null)
    setNotes('')
  })
  const { phase } = upload

  const choose = async (chosen: File | undefined) => {
    upload.reset()
    setFile(null)
    if (!chosen) return
    const why = await refuseBeforeSending(chosen)
    setUnsent(why)
    if (!why) setFile(chosen)
  }

  return (
    <div className={classes.upload}>
      {phase.kind === 'sending' || phase.kind === 'paused' || phase.kind === 'checking' ? (
        <UploadProgress phase={phase} onPause={upload.pause} onGoOn={upload.goOn} onCancel={upload.cancel} />
      ) : (
        <>
          <UnfinishedUploads uploads={upload.unfinished} onDiscard={upload.discard} />
          <Dropzone
            onDrop={(files) => choose(files[0])}
            onReject={() => setUnsent('One file at a time can be uploaded.')}
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
            <Button disabled={!file} onClick={() => file && upload.start(file, notes)}>
              Upload as next version
            </Button>
          </Group>
        </>
      )}
      <div aria-live="polite">
        {unsent && (
          <Notice tone="bad" title="This file was not sent">
            {unsent}
          </Notice>
        )}
        {phase.kind === 'failed' && (
          <ErrorState error={phase.error} onRetry={upload.canGoOn() ? upload.goOn : undefined} />
        )}
        {phase.kind === 'refused' && (
          <div role="alert">
            <Notice tone="bad" title={`${phase.name} was refused`}>
              {phase.refusal.detail} {phase.refusal.remedy}
            </Notice>
          </div>
        )}
        {phase.kind === 'stopped' && <Notice tone="neutral">Stopped. Nothing was registered.</Notice>}
        {phase.kind === 'done' && (
          <Notice tone="good" title={`Version ${phase.version} is registered`}>
            Deploy it, or upload another. The same bytes sent again stay the same version.
          </Notice>
        )}
      </div>
    </div>
  )
}
