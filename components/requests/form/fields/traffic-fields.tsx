'use client'

import { ActionIcon, Button, NativeSelect, Switch } from '@mantine/core'
import { IconPlus, IconTrash } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { NumberField } from '#components/ui/form/number-field.tsx'
import classes from '../form.module.css'
import { addVersion, type Share, shareLeft, withVersion } from './traffic.ts'

type Props = {
  value: readonly Share[]
  onChange: (traffic: Share[]) => void
  /** The numbers that exist, newest first. */
  versions: readonly number[]
  error: ReactNode
}

/** Which versions answer, and how much of the traffic each gets. */
export function TrafficFields({ value, onChange, versions, error }: Props) {
  const left = shareLeft(value)
  const unused = versions.find((version) => !value.some((share) => share.version === version))
  return (
    <fieldset style={{ border: 0, margin: 0, padding: 0 }}>
      <legend className="visually-hidden">Versions and their share of the traffic</legend>
      <div className={classes.versions}>
        {value.map((share, place) => (
          <div key={share.version} className={classes.version}>
            <NativeSelect
              label="Version"
              data={versions.map((version) => ({
                value: String(version),
                label: `v${version}${version === versions[0] ? ', newest' : ''}`,
                disabled: version !== share.version && value.some((each) => each.version === version),
              }))}
              value={String(share.version)}
              onChange={(event) => onChange(withVersion(value, place, { version: Number(event.currentTarget.value) }))}
            />
            <NumberField
              label="Share, %"
              min={0}
              max={100}
              disabled={share.shadow}
              value={share.shadow ? 0 : share.weight}
              onChange={(weight) => onChange(withVersion(value, place, { weight }))}
            />
            <Switch
              className={classes.shadow}
              label="Shadow"
              checked={share.shadow}
              onChange={(event) => onChange(withVersion(value, place, { shadow: event.currentTarget.checked }))}
            />
            <ActionIcon
              variant="subtle"
              color="gray"
              size="lg"
              disabled={value.length === 1}
              aria-label={`Take out version ${share.version}`}
              onClick={() => onChange(value.filter((each) => each !== share))}
            >
              <IconTrash size={16} stroke={1.7} />
            </ActionIcon>
          </div>
        ))}
        <div className={classes.sum} data-wrong={left !== 0 || Boolean(error)} aria-live="polite">
          {left === 0
            ? (error ??
              'The shares add up to 100 %. A shadow gets a copy of each call and its answers are never returned.')
            : left > 0
              ? `${left} % of the traffic has no version yet.`
              : `The shares are ${-left} % over 100 %.`}
        </div>
        {unused !== undefined && value.length < 8 && (
          <div>
            <Button
              variant="default"
              size="xs"
              leftSection={<IconPlus size={14} stroke={1.7} />}
              onClick={() => onChange(addVersion(value, unused))}
            >
              Add a version
            </Button>
          </div>
        )}
      </div>
    </fieldset>
  )
}
