'use client'

import { Button, SegmentedControl } from '@mantine/core'
import { type KeyboardEvent, type PointerEvent, useRef, useState } from 'react'
import classes from './form.module.css'
import { paint, step } from './paint.ts'

type Props = {
  labelledBy: string
  side: number
  max: number
  value: readonly number[]
  onChange: (cells: number[]) => void
}

/** A small image to draw in, by pointer or by arrow keys and space. */
export function DrawingGrid({ labelledBy, side, max, value, onChange }: Props) {
  const [tool, setTool] = useState('draw')
  const [at, setAt] = useState(0)
  const drawing = useRef(false)
  const grid = useRef<HTMLDivElement>(null)
  const touch = (cell: number) => onChange(paint(value, side, cell, max, tool === 'erase'))
  const cellUnder = (event: PointerEvent) => {
    const cell = document.elementFromPoint(event.clientX, event.clientY)?.getAttribute('data-cell')
    return cell === null || cell === undefined ? null : Number(cell)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const next = step(at, side, event.key)
    if (next === null) return
    event.preventDefault()
    setAt(next)
    grid.current?.querySelector<HTMLElement>(`[data-cell="${next}"]`)?.focus()
  }
  return (
    <div className={classes.drawing}>
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset cannot be laid out as a grid in every browser */}
      <div
        ref={grid}
        role="group"
        aria-labelledby={labelledBy}
        className={classes.grid}
        style={{ gridTemplateColumns: `repeat(${side}, 1fr)` }}
        onKeyDown={onKeyDown}
        onPointerDown={(event) => {
          const cell = cellUnder(event)
          if (cell === null) return
          drawing.current = true
          touch(cell)
        }}
        onPointerMove={(event) => {
          const cell = drawing.current ? cellUnder(event) : null
          if (cell !== null) touch(cell)
        }}
        onPointerUp={() => {
          drawing.current = false
        }}
        onPointerLeave={() => {
          drawing.current = false
        }}
      >
        {value.map((ink, cell) => (
          <button
            // biome-ignore lint/suspicious/noArrayIndexKey: a cell is its place
            key={cell}
            type="button"
            data-cell={cell}
            className={classes.cell}
            tabIndex={cell === at ? 0 : -1}
            aria-label={`Row ${Math.floor(cell / side) + 1}, column ${(cell % side) + 1}: ${ink}`}
            style={{
              background: `color-mix(in srgb, var(--accent) ${Math.round(Math.min(1, ink / max) * 100)}%, var(--neutral-soft))`,
            }}
            onFocus={() => setAt(cell)}
            onClick={(event) => event.detail === 0 && touch(cell)}
          />
        ))}
      </div>
      <div className={classes.tools}>
        <SegmentedControl
          size="xs"
          aria-label="Tool"
          data={[
            { value: 'draw', label: 'Draw' },
            { value: 'erase', label: 'Erase' },
          ]}
          value={tool}
          onChange={setTool}
        />
        <Button variant="default" size="xs" onClick={() => onChange(value.map(() => 0))}>
          Clear
        </Button>
      </div>
    </div>
  )
}
