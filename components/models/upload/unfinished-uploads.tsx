import { Button } from '@mantine/core'
import { Notice } from '#components/ui/page/notice.tsx'
import type { UploadView } from '#server/contracts/uploads.ts'

type Props = { uploads: readonly UploadView[]; onDiscard: (upload: UploadView) => void }

/** A page cannot read a file that was chosen on another one: it has to be picked again. */
export function UnfinishedUploads({ uploads, onDiscard }: Props) {
  return uploads.map((upload) => (
    <Notice
      key={upload.id}
      tone="info"
      title={`${upload.fileName} is not all here`}
      action={
        <Button variant="default" size="xs" onClick={() => onDiscard(upload)}>
          Discard
        </Button>
      }
    >
      {upload.received.length} of {upload.partCount} parts have arrived. Choose the same file to go on.
    </Notice>
  ))
}
