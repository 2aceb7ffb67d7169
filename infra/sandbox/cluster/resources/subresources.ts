import type { Call } from '../call.ts'
import { notInSandbox } from '../http/status.ts'
import type { Json } from '../json.ts'

export function handleSubresource({ kind, info }: Call, _type: string, _body: Json | undefined): void {
  throw notInSandbox(`${kind.plural}/${info.subresource}`)
}
