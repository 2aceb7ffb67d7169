/** Every handler there is; a contract without one fails its test. */
import type { Services } from '../../wiring.ts'
import type { Handler } from '../on.ts'
import { gitAccountHandlers } from './git-account.ts'
import { peopleHandlers } from './people.ts'
import { placeHandlers } from './places.ts'
import { platformHandlers } from './platform.ts'
import { requestHandlers } from './requests.ts'
import { tokenHandlers } from './tokens.ts'

export const handlers: readonly Handler<Services>[] = [
  ...peopleHandlers,
  ...tokenHandlers,
  ...gitAccountHandlers,
  ...requestHandlers,
  ...placeHandlers,
  ...platformHandlers,
]
