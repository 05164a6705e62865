/** Takes whatever kept a program from its work; returns it in one line, with its cause: no trace, and no password of an address, as what went wrong is a setting or a neighbour, and either may hold a secret. */
export function sayFailure(error: unknown): string {
  if (!(error instanceof Error)) return 'Something was thrown that is no error.'
  const cause = error.cause instanceof Error ? `: ${sayFailure(error.cause)}` : ''
  return `${describe(error)}${cause}`
}

// Prisma begins its messages with the call, and ends them with what went wrong.
function describe(error: Error): string {
  const code = 'code' in error ? String(error.code) : ''
  const line = error.message.trim().split('\n').at(-1) ?? ''
  return `${code} ${line.replace(/\/\/[^@\s]*@/g, '//…@')}`.trim()
}
