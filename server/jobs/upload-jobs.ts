/** The job of an upload whose parts are all there. */
import { z } from 'zod'
import { UploadId } from '../contracts/names.ts'
import type { UploadsService } from '../domains/models/models.ts'
import { job } from './job.ts'

type Needs = { uploads: Pick<UploadsService, 'check'> }

export const checkUpload = job({
  name: 'check-upload',
  data: z.object({ uploadId: UploadId }),
  keyOf: ({ uploadId }) => uploadId,
  retries: 1000,
  // The largest model by the slowest store: begun anew before its end, it would never end.
  secondsAtMost: 4 * 3600,
  handle: ({ uploads }: Needs, { uploadId }) => uploads.check(uploadId),
})
