/** What the database refused, told apart by what it means for the caller. */
import { Prisma } from './generated/client.ts'

/** Somebody else holds this value of a unique column; `column` narrows it to one. */
export function isUniqueViolation(error: unknown, column?: string): boolean {
  if (!(error instanceof Prisma.PrismaClientKnownRequestError) || error.code !== 'P2002') return false
  return column === undefined || JSON.stringify(error.meta ?? {}).includes(column)
}
