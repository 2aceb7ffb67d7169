'use client'

import { Menu, UnstyledButton } from '@mantine/core'
import { IconCheck, IconSelector } from '@tabler/icons-react'
import { useRouter } from 'next/navigation'
import { useMe } from '../me-context.tsx'
import { useCurrentTeam } from '../use-current-team.ts'
import classes from './header.module.css'

export function TeamSwitcher() {
  const me = useMe()
  const current = useCurrentTeam()
  const router = useRouter()
  if (!current) return null
  return (
    <Menu position="bottom-start" width={260}>
      <Menu.Target>
        <UnstyledButton className={classes.switcher} aria-label={`${current.slug} ${current.name}, switch team`}>
          <span className={classes.slug}>{current.slug}</span>
          <span className={classes.teamName}>{current.name}</span>
          <IconSelector size={15} stroke={1.7} aria-hidden />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown mah="70vh" style={{ overflowY: 'auto' }}>
        <Menu.Label>Teams</Menu.Label>
        {me.teams.map((team) => (
          <Menu.Item
            key={team.slug}
            onClick={() => router.push(`/teams/${team.slug}`)}
            rightSection={team.slug === current.slug ? <IconCheck size={15} stroke={1.7} aria-label="current" /> : null}
          >
            {team.name} <span className="mono">{team.slug}</span>
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}
