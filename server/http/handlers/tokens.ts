import {
  createTeamToken,
  createToken,
  listTeamTokens,
  listTokens,
  revokeAllTeamTokens,
  revokeAllTokens,
  revokeTeamToken,
  revokeToken,
} from '../../contracts/tokens.ts'
import type { Foundation } from '../../foundation.ts'
import { handling } from '../on.ts'

const on = handling<Foundation>()

export const tokenHandlers = [
  on(listTokens, ({ actor, input, services }) => services.tokens.listOwn(actor, input)),
  on(createToken, ({ actor, input, services }) => services.tokens.createOwn(actor, input)),
  on(revokeToken, ({ actor, input, services }) => services.tokens.revokeOwn(actor, input.id)),
  on(revokeAllTokens, ({ actor, services }) => services.tokens.revokeAllOwn(actor)),
  on(listTeamTokens, ({ actor, input, services }) => services.tokens.listOfTeam(actor, input)),
  on(revokeAllTeamTokens, ({ actor, input, services }) => services.tokens.revokeAllOfTeam(actor, input.team)),
  on(createTeamToken, ({ actor, input, services }) => services.tokens.createForTeam(actor, input)),
  on(revokeTeamToken, ({ actor, input, services }) => services.tokens.revokeOfTeam(actor, input.team, input.id)),
]
