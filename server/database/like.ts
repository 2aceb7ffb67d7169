/** Prisma hands a text to LIKE as it is: what would stand for other characters is meant as itself. */
export const likeText = (text: string): string => text.replace(/[\\%_]/g, '\\$&')
