/** Names that machines read. Each is parsed once at the edge and trusted inside. */
import { z } from 'zod'

/** Lower-case letters, digits and single inner dashes: valid as a DNS label, a branch part and a folder everywhere. */
const label = (what: string, max: number) =>
  z
    .string()
    .max(max, `${what} can have at most ${max} characters.`)
    .regex(
      /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/,
      `${what} starts with a letter and has only lower-case letters a–z, digits and single dashes between them.`,
    )

const reservedNames = new Set([
  'default',
  'argocd',
  'kube',
  'kubernetes',
  'modelyard',
  'platform',
  'system',
  'admin',
  'constructor',
  'prototype',
  'monitoring',
  'istio',
  'openshift',
  'all',
  'none',
  'new',
])

const unreserved = (name: string) => !reservedNames.has(name) && !/^(kube|openshift|istio|argocd|modelyard)-/.test(name)

export const TeamSlug = label('A team name', 20)
  .refine(unreserved, 'This name is reserved. Choose another.')
  .brand<'TeamSlug'>()
export type TeamSlug = z.infer<typeof TeamSlug>

export const environments = ['dev', 'staging', 'prod'] as const
export const Environment = z.enum(environments)
export type Environment = z.infer<typeof Environment>

/** What tells two namespaces of a team in one environment apart, e.g. `fraud` in `data-fraud-staging`. */
export const Purpose = label('A purpose', 20)
  .refine(
    (name) => !environments.some((environment) => environment === name),
    'A purpose cannot be the name of an environment.',
  )
  .brand<'Purpose'>()
export type Purpose = z.infer<typeof Purpose>

export const NamespaceName = label('A namespace name', 50).brand<'NamespaceName'>()
export type NamespaceName = z.infer<typeof NamespaceName>

export const ModelName = label('A model name', 40)
  .refine(unreserved, 'This name is reserved. Choose another.')
  .brand<'ModelName'>()
export type ModelName = z.infer<typeof ModelName>

export const Sha256 = z
  .string()
  .regex(/^[0-9a-f]{64}$/, 'A digest is 64 lower-case hexadecimal characters.')
  .brand<'Sha256'>()
export type Sha256 = z.infer<typeof Sha256>

export const CommitSha = z
  .string()
  .regex(/^[0-9a-f]{40}$/, 'A commit is 40 lower-case hexadecimal characters.')
  .brand<'CommitSha'>()
export type CommitSha = z.infer<typeof CommitSha>

export const UserId = z.uuid('A user id is a UUID.').brand<'UserId'>()
export type UserId = z.infer<typeof UserId>

export const RequestId = z.uuid('A request id is a UUID.').brand<'RequestId'>()
export type RequestId = z.infer<typeof RequestId>

export const UploadId = z.uuid('An upload id is a UUID.').brand<'UploadId'>()
export type UploadId = z.infer<typeof UploadId>

export function namespaceName(team: string, environment: Environment, purpose?: string): NamespaceName {
  return NamespaceName.parse(purpose ? `${team}-${purpose}-${environment}` : `${team}-${environment}`)
}

/** Text that people write: a bounded length and no control characters but line breaks and tabs. */
export const prose = (what: string, { min = 0, max }: { min?: number; max: number }) =>
  z
    .string()
    .trim()
    .min(min, min > 0 ? `${what} needs at least ${min} characters.` : undefined)
    .max(max, `${what} can have at most ${max} characters.`)
    .refine((text) => text.isWellFormed(), `${what} has characters that are not valid text.`)
    .refine(
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is refused
      (text) => !/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\u202a-\u202e\u2066-\u2069]/.test(text),
      `${what} has control characters. Remove them.`,
    )

export const Reason = prose('The reason', { min: 3, max: 2000 })
