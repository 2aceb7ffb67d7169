'use client'

import { IconSelector } from '@tabler/icons-react'
import { Dropdown } from '#components/ui/actions/dropdown.tsx'
import { DropdownItem, DropdownTitle } from '#components/ui/actions/dropdown-item.tsx'
import { useMe } from '../me-context.tsx'
import { useCurrentTeam } from '../use-current-team.ts'
import classes from './header.module.css'

export function TeamSwitcher() {
  const me = useMe()
  const current = useCurrentTeam()
  if (!current) return null
  return (
    <Dropdown
      align="start"
      label={`${current.slug} ${current.name}, switch team`}
      buttonClass={classes.switcher}
      button={
        <>
          <span className={classes.slug}>{current.slug}</span> <span className={classes.teamName}>{current.name}</span>
          <IconSelector size={15} stroke={1.7} aria-hidden />
        </>
      }
    >
      {(close) => (
        <>
          <DropdownTitle>Teams</DropdownTitle>
          {me.teams.map((team) => (
            <DropdownItem
              key={team.slug}
              href={`/teams/${team.slug}`}
              checked={team.slug === current.slug}
              onClick={close}
            >
              {team.name} <span className="mono">{team.slug}</span>
            </DropdownItem>
          ))}
        </>
      )}
    </Dropdown>
  )
}
