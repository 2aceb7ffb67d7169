/** What an S3 server or the way to it says, as what it means for people. */
import { IntegrationError, PortalError } from '../../errors.ts'
import { storeFull } from '../model-bytes.ts'

type Facts = { name: string; status: number | undefined }

export function factsOf(error: unknown): Facts {
  if (!(error instanceof Error)) return { name: '', status: undefined }
  const metadata = '$metadata' in error && error.$metadata
  const status = metadata && typeof metadata === 'object' && 'httpStatusCode' in metadata && metadata.httpStatusCode
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined
  // The SDK calls a connection that ended a time-out; what the system says of it is nearer the truth.
  const name = code && /^E[A-Z]+$/.test(code) && code !== 'ETIMEDOUT' ? code : error.name
  return { name, status: typeof status === 'number' ? status : undefined }
}

export const isMissing = (error: unknown) => ['NoSuchKey', 'NotFound'].includes(factsOf(error).name)
/** Somebody else has put the object meanwhile. */
export const isTaken = (error: unknown) =>
  ['PreconditionFailed', 'ConditionalRequestConflict'].includes(factsOf(error).name) || factsOf(error).status === 412

const meanings: readonly { names: RegExp; status?: number; detail: string; remedy: string }[] = [
  {
    names: /^NoSuchBucket$/,
    detail: 'The bucket of the model store does not exist.',
    remedy: 'A platform admin creates it, or corrects OBJECT_STORE_URL.',
  },
  {
    names: /^(InvalidAccessKeyId|SignatureDoesNotMatch|ExpiredToken|InvalidToken|TokenRefreshRequired|Credentials.*)$/,
    detail: 'The model store does not take the portal’s credentials.',
    remedy:
      'A platform admin checks AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or the role that the portal runs under.',
  },
  {
    names: /^(AccessDenied|Forbidden|AllAccessDisabled)$/,
    status: 403,
    detail: 'The model store does not let the portal do this.',
    remedy: 'A platform admin compares the account’s policy with the one beside the S3 adapter.',
  },
  {
    names: /^(PermanentRedirect|AuthorizationHeaderMalformed|IllegalLocationConstraintException)$/,
    status: 301,
    detail: 'The bucket of the model store lies in another region.',
    remedy: 'A platform admin corrects the region in OBJECT_STORE_URL.',
  },
  {
    names: /^RequestTimeTooSkewed$/,
    detail: 'The clocks of the portal and of the model store differ by more than 15 minutes.',
    remedy: 'A platform admin sets the clock of the machine.',
  },
  {
    names: /^(SlowDown|ServiceUnavailable|TooManyRequests|InternalError|OperationAborted|RequestTimeout)$/,
    status: 503,
    detail: 'The model store is overloaded.',
    remedy: 'Try again in a minute.',
  },
  {
    names: /^NotImplemented$/,
    status: 501,
    detail: 'The model store cannot do what the portal needs: puts that overwrite nothing, with a SHA-256.',
    remedy: 'A platform admin updates the store, or takes another one that has conditional writes.',
  },
  {
    names: /^TimeoutError$/,
    detail: 'The model store did not answer in time.',
    remedy: 'Try again in a minute. If it stays, a platform admin checks the network between portal and store.',
  },
]

const full =
  /^(QuotaExceeded|InsufficientStorage|InsufficientCapacity|XMinioStorageFull|XMinioAdminBucketQuotaExceeded)$/

export function toldOf(error: unknown): unknown {
  if (error instanceof PortalError) return error
  const { name, status } = factsOf(error)
  if (full.test(name) || status === 507) return storeFull(error)
  const meaning =
    meanings.find(({ names }) => names.test(name)) ??
    meanings.find((each) => each.status !== undefined && each.status === status)
  if (meaning) {
    return new IntegrationError('object_store', { detail: meaning.detail, remedy: meaning.remedy, cause: error })
  }
  if (status === undefined && !/^E[A-Z]+$/.test(name)) return error
  return new IntegrationError('object_store', {
    detail:
      status === undefined
        ? `The model store cannot be reached (${name}).`
        : `The model store answered ${status} ${name}.`,
    remedy: 'Try again in a minute. If it stays, a platform admin checks OBJECT_STORE_URL and that the store runs.',
    cause: error,
  })
}
