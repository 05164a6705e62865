import type { Logger } from 'pino'

/** A failure and its cause in one line that an operator may see: without trace, arguments or the password of a URL. */
export function describeFailure(error: unknown): string {
  if (!(error instanceof Error)) return 'Something was thrown that is no error.'
  const cause = error.cause instanceof Error ? `: ${describeFailure(error.cause)}` : ''
  return `${describeOne(error)}${cause}`
}

/** The part of a message that is safe to keep: Prisma begins with the call, its arguments and password hashes included, and ends with what went wrong. */
export function lastLine({ message }: Error): string {
  return message.trim().split('\n').at(-1) ?? ''
}

function describeOne(error: Error): string {
  const code = 'code' in error ? String(error.code) : ''
  const safe = lastLine(error).replace(/\/\/[^@\s]*@/g, '//…@')
  return safe.includes(code) ? safe : `${code} ${safe}`.trim()
}

/** Ends the process with 1 and a line in the log after an error that nothing caught. Node's own trace would quote Prisma's messages. */
export function exitOnUncaught(log: Logger): void {
  process.on('uncaughtException', (error) => {
    log.fatal({ err: error, event: 'sys_crash' }, 'uncaught error')
    process.exit(1)
  })
}
