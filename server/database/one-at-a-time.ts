/**
 * A transaction has one connection, and a connection runs one query. Prisma asks for the relations of a row side by
 * side, also in a transaction; the driver then queues them itself, warns, and will refuse them in its next major
 * version. Here they wait for one another before they reach it.
 */
import { PrismaPg } from '@prisma/adapter-pg'

type Adapter = Awaited<ReturnType<PrismaPg['connect']>>
type Connection = Awaited<ReturnType<Adapter['startTransaction']>>

export class OneAtATimePg extends PrismaPg {
  override async connect(): Promise<Adapter> {
    const adapter = await super.connect()
    const start = adapter.startTransaction.bind(adapter)
    adapter.startTransaction = async (isolationLevel) => queued(await start(isolationLevel))
    return adapter
  }
}

function queued(connection: Connection): Connection {
  let last: Promise<unknown> = Promise.resolve()
  function next<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
    const answer = last.then(ask, ask)
    last = answer
    return answer
  }
  const queryRaw = connection.queryRaw.bind(connection)
  const executeRaw = connection.executeRaw.bind(connection)
  connection.queryRaw = (query) => next(() => queryRaw(query))
  connection.executeRaw = (query) => next(() => executeRaw(query))
  return connection
}
