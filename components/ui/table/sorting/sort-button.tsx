import { IconArrowDown, IconArrowUp } from '@tabler/icons-react'
import classes from '../table.module.css'

type Props = { title: string; way: 'up' | 'down' | null; onClick: () => void }

export function SortButton({ title, way, onClick }: Props) {
  const Icon = way === 'down' ? IconArrowDown : IconArrowUp
  return (
    <button type="button" className={classes.sort} data-sorted={way !== null} onClick={onClick}>
      {title}
      <Icon size={12} stroke={2} aria-hidden />
    </button>
  )
}
