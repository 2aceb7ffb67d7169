import { z } from 'zod'
import { isRefName } from '../../git/names.ts'

/** Fields that several endpoints share. */
export const Sha = z.string().regex(/^[0-9a-f]{40}$/)
export const Branch = z.string().refine(isRefName, 'not a branch name')
/** What git can keep as a message. */
export const Message = z.string().refine((text) => !text.includes('\0'), 'contains a NUL')
const Line = z
  .string()
  .regex(/^[^\p{Cc}<>]*[^\p{Cc}<>\s.,:;"'][^\p{Cc}<>]*$/u, 'empty, or with characters git does not keep')
export const Person = z.object({
  name: Line,
  email: Line,
  date: z.iso
    .datetime({ offset: true })
    .refine((date) => Date.parse(date) >= 0, 'before 1970')
    .optional(),
})
