import {
  archiveTeam,
  createTeam,
  findPeople,
  getAllowanceUse,
  getMe,
  getTeam,
  listMembers,
  listTeams,
  removeMember,
  setAccess,
  setAllowances,
  setMember,
  signOutEverywhere,
  updateTeam,
} from '../../contracts/people.ts'
import type { Foundation } from '../../foundation.ts'
import { handling } from '../on.ts'

const on = handling<Foundation>()

export const peopleHandlers = [
  on(getMe, ({ actor, services }) => services.people.getMe(actor)),
  on(signOutEverywhere, ({ actor, services }) => services.people.signOutEverywhere(actor)),
  on(findPeople, ({ actor, input, services }) => services.people.find(actor, input)),
  on(setAccess, ({ actor, input, services }) => services.people.setAccess(actor, input)),
  on(listTeams, ({ actor, input, services }) => services.teams.list(actor, input)),
  on(createTeam, ({ actor, input, services }) => services.teams.create(actor, input)),
  on(getTeam, ({ actor, input, services }) => services.teams.get(actor, input.team)),
  on(updateTeam, ({ actor, input, services, request }) => services.teams.update(actor, input, request.version)),
  on(setAllowances, ({ actor, input, services, request }) =>
    services.teams.setAllowances(actor, input, request.version),
  ),
  on(archiveTeam, ({ actor, input, services }) => services.teams.archive(actor, input.team)),
  on(getAllowanceUse, ({ actor, input, services }) => services.teams.allowanceUse(actor, input.team)),
  on(listMembers, ({ actor, input, services }) => services.teams.listMembers(actor, input)),
  on(setMember, ({ actor, input, services }) => services.teams.setMember(actor, input)),
  on(removeMember, ({ actor, input, services }) => services.teams.removeMember(actor, input)),
]
