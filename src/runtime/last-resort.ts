import type { Logger } from 'pino'

/** Takes the log; has whatever nobody caught end this process with 1 and a line there. Node's own trace would quote what Prisma's messages quote. */
export function endOnUncaught(log: Logger): void {
  process.on('uncaughtException', (error) => {
    log.fatal({ err: error, event: 'sys_crash' }, 'uncaught error')
    // Nobody knows what it has left half done.
    process.exit(1)
  })
}
