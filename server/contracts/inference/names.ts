import { z } from 'zod'

/** A Kubernetes object name that is also safe as a part of a host name and of a URL path. */
export const DnsLabel = z
  .string()
  .max(63, 'must have at most 63 characters')
  .regex(
    /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/,
    'must be lower-case letters, digits and dashes, starting and ending with a letter or digit',
  )

/** A version as the registry counts them; text, because a client may call one "2024-11" as well as "7". */
export const ModelVersionName = z
  .string()
  .max(63, 'must have at most 63 characters')
  .regex(/^[A-Za-z0-9]([-._A-Za-z0-9]*[A-Za-z0-9])?$/, 'must be letters, digits, dots, dashes and underscores')

export const Sha256Digest = z
  .string()
  .regex(/^sha256:[0-9a-f]{64}$/, 'must be "sha256:" followed by 64 lower-case hexadecimal digits')

export type Sha256Digest = z.infer<typeof Sha256Digest>

/** The object store's key of a model: its bytes are found by what they are, not by what they are called. */
export const storeKeyOf = (digest: Sha256Digest): string => digest.replace(':', '/')

/** The name a model is served under, unique in one runtime. */
export const servedNameOf = (namespace: string, name: string): string => `${namespace}.${name}`
