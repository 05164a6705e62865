import { setTimeout } from 'node:timers/promises'
import type { Database } from '../../src/database/database.ts'
import { readJob } from '../../src/mail/outbox.ts'
import { drop } from '../../src/mail/queue.ts'
import type { Services } from '../../src/services.ts'

const JOBS = { template: { startsWith: 'job ' } }

/** Does what handlers left to the mail worker. A server in a process of its own does so by itself: waits for it. */
export async function doJobs({ database, services }: { database: Database; services?: Services }) {
  if (!services) return waitForWorker(database)
  const rows = await database.outboxMessage.findMany({
    where: JOBS,
    orderBy: { createdAt: 'asc' },
  })
  for (const row of rows) {
    const job = readJob(row)
    if (job) await services.doJob(job, (tables) => drop(tables, row))
  }
}

async function waitForWorker(database: Database): Promise<void> {
  while ((await database.outboxMessage.count({ where: JOBS })) > 0) await setTimeout(20)
}
