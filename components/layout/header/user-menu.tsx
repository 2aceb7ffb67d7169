'use client'

import { useMantineColorScheme } from '@mantine/core'
import { IconBrandGit, IconDeviceDesktop, IconKey, IconLogout, IconMoon, IconSun } from '@tabler/icons-react'
import { Dropdown } from '#components/ui/actions/dropdown.tsx'
import { DropdownItem, DropdownLine, DropdownTitle } from '#components/ui/actions/dropdown-item.tsx'
import { useMe } from '../me-context.tsx'
import classes from './header.module.css'

const schemes = [
  { value: 'light', label: 'Light', icon: IconSun },
  { value: 'dark', label: 'Dark', icon: IconMoon },
  { value: 'auto', label: 'As the system', icon: IconDeviceDesktop },
] as const

export function UserMenu() {
  const me = useMe()
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  const roles = [
    ...me.platformRoles,
    ...me.teams.flatMap((team) => (team.role ? [`${team.role} of ${team.slug}`] : [])),
  ]
  const signOut = async () => {
    const auth = await import('next-auth/react')
    await auth.signOut({ callbackUrl: '/sign-in' })
  }
  return (
    <Dropdown
      label={`Signed in as ${me.name}`}
      button={
        <span className={classes.avatar} aria-hidden>
          {me.name.slice(0, 1).toUpperCase()}
        </span>
      }
    >
      {(close) => (
        <>
          <DropdownTitle>
            {me.name}
            {roles.length > 0 && <div>{roles.join(', ')}</div>}
          </DropdownTitle>
          <DropdownLine />
          <DropdownTitle>Appearance</DropdownTitle>
          {schemes.map(({ value, label, icon: Icon }) => (
            <DropdownItem
              key={value}
              choice="radio"
              checked={colorScheme === value}
              icon={<Icon size={16} stroke={1.7} aria-hidden />}
              onClick={() => setColorScheme(value)}
            >
              {label}
            </DropdownItem>
          ))}
          <DropdownLine />
          <DropdownItem href="/settings/tokens" icon={<IconKey size={16} stroke={1.7} aria-hidden />} onClick={close}>
            API tokens
          </DropdownItem>
          <DropdownItem
            href="/settings/git-account"
            icon={<IconBrandGit size={16} stroke={1.7} aria-hidden />}
            onClick={close}
          >
            Git account
          </DropdownItem>
          <DropdownItem icon={<IconLogout size={16} stroke={1.7} aria-hidden />} onClick={signOut}>
            Sign out
          </DropdownItem>
        </>
      )}
    </Dropdown>
  )
}
