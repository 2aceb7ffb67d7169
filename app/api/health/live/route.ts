/** The process runs; whether it can do its work, `ready` says. */
export const dynamic = 'force-dynamic'

export const GET = () => Response.json({ status: 'ok' })
