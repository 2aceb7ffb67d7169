'use client'

import { Modal, type ModalProps } from '@mantine/core'
import { useReturnedFocus } from './use-returned-focus.ts'

type Props = Omit<ModalProps, 'opened' | 'centered'> & { opened?: boolean }

/** A question above the page. Most stand for as long as they are mounted. */
export function Dialog({ opened = true, ...rest }: Props) {
  useReturnedFocus(opened)
  return <Modal opened={opened} centered {...rest} />
}
