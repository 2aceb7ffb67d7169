/** What an address may fill into a request form, such as the "Fix this" of a quota that is too small. */
import { Environment, RequestId } from '#server/contracts/names.ts'
import { type RequestKind, requestKinds } from '#server/contracts/requests/drafts.ts'
import type { QuotaText } from './fields/quota-text.ts'

export type RequestLink = {
  kind: RequestKind
  team: string
  namespace?: string
  model?: string
  environment?: Environment
  purpose?: string
  preset?: string
  reason?: string
  version?: number
  undo?: string
  quota: Partial<QuotaText>
}

type Search = Record<string, string | string[] | undefined>

/** What cannot be read is left out: the form is then empty there, and the contract checks the rest on sending. */
export function readLink(search: Search): RequestLink {
  const text = (name: string) => {
    const value = search[name]
    return typeof value === 'string' && value !== '' ? value.slice(0, 2000) : undefined
  }
  const given = <Key extends string>(name: Key) => {
    const value = text(name)
    return value === undefined ? {} : { [name]: value }
  }
  const kind = requestKinds.find((each) => each === text('kind')) ?? 'namespace.create'
  const environment = Environment.safeParse(text('environment'))
  const undo = RequestId.safeParse(text('undo'))
  const version = Number(text('version'))
  const gpu = Number(text('gpu') ?? Number.NaN)
  return {
    kind,
    team: text('team') ?? '',
    ...given('namespace'),
    ...given('model'),
    ...given('purpose'),
    ...given('preset'),
    ...given('reason'),
    ...(environment.success && { environment: environment.data }),
    ...(undo.success && { undo: undo.data }),
    ...(Number.isInteger(version) && version > 0 && { version }),
    quota: { ...given('cpu'), ...given('memory'), ...given('storage'), ...(Number.isInteger(gpu) && { gpu }) },
  }
}
