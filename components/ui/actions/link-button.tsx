'use client'

import { Button, type ButtonProps } from '@mantine/core'
import Link from 'next/link'
import type { ReactNode } from 'react'

type Props = ButtonProps & { href: string; children: ReactNode; 'aria-label'?: string }

/** A link that looks like a button: it goes somewhere, it does nothing. */
export const LinkButton = ({ href, ...rest }: Props) => <Button component={Link} href={href} {...rest} />
